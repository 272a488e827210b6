"""One object of every kind that a test can make, each made anew for something that it is to hold.

`KINDS` has a function by the name of each kind. What that returns holds its argument or, where only text, bytes or a
number can be held, those of its argument.
"""

import array
import ast
import asyncio
import bz2
import collections
import concurrent.futures
import contextlib
import contextvars
import csv
import ctypes
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import hashlib
import hmac
import io
import itertools
import json
import lzma
import mmap
import operator
import os
import pathlib
import pickle
import queue
import random
import re
import select
import selectors
import socket
import sqlite3
import ssl
import string
import struct
import sys
import tempfile
import threading
import time
import types
import typing
import unicodedata
import weakref
import zlib
import zoneinfo
from xml.etree import ElementTree
from xml.parsers import expat

try:
    import numpy
except ImportError:
    numpy = None

KINDS = {}


def kind(name, since=(3, 10), until=(9, 0)):
    """Enters a function into KINDS, on interpreters that have such objects."""

    def enter(function):
        if since <= sys.version_info < until:
            assert name not in KINDS, name
            KINDS[name] = function
        return function

    return enter


def kinds(**functions):
    KINDS.update({name.replace("_", " "): function for name, function in functions.items()})


class Held:
    """What an object of a kind is to hold: it is told from all others, and so are its text, bytes and number."""

    def __init__(self):
        self.text = f"täxt of {id(self)}"
        self.data = self.text.encode()
        self.number = id(self) << 70


class Plain:
    pass


class Slotted:
    __slots__ = ("slot", "__weakref__")


class Meta(type):
    pass


@dataclasses.dataclass
class Data:
    field: object


@dataclasses.dataclass(slots=True)
class SlottedData:
    field: object


Pair = collections.namedtuple("Pair", "first second")


def ignore(*arguments, **keywords):
    pass


def with_attribute(obj, held):
    obj.attribute = held
    return obj


# --- containers, numbers and text ------------------------------------------------------------------------------------

kinds(
    list=lambda held: [held],
    tuple=lambda held: (held,),
    dict=lambda held: {"key": held},
    dict_of_other_keys=lambda held: {held: 1, 3: held},
    set=lambda held: {held},
    frozenset=lambda held: frozenset([held]),
    deque=lambda held: collections.deque([held], 7),
    ordered_dict=lambda held: collections.OrderedDict([("key", held), (held, 1)]),
    defaultdict=lambda held: collections.defaultdict(lambda: held, {"key": held}),
    counter=lambda held: collections.Counter([held]),
    chain_map=lambda held: collections.ChainMap({"key": held}),
    user_dict=lambda held: collections.UserDict(key=held),
    user_list=lambda held: collections.UserList([held]),
    named_tuple=lambda held: Pair(held, 1),
    struct_sequence=lambda held: time.struct_time((held,) * 9),
    mapping_proxy=lambda held: types.MappingProxyType({"key": held}),
    slice=lambda held: slice(held, [held], None),
    text=lambda held: held.text + held.text,
    bytes=lambda held: held.data + held.data,
    bytearray=lambda held: bytearray(b"bytes"),
    int=lambda held: held.number + 1,
    float=lambda held: float(held.number),
    complex=lambda held: complex(held.number, 1),
    range=lambda held: range(held.number, held.number + 3),
    fraction=lambda held: fractions.Fraction(held.number, 1),
    decimal=lambda held: decimal.Decimal(held.number),
    ellipsis=lambda held: ...,
    not_implemented=lambda held: NotImplemented,
    none=lambda held: None,
    array=lambda held: array.array("d", [1, 2]),
    cell=types.CellType,
    namespace=lambda held: types.SimpleNamespace(attribute=held),
    queue=lambda held: filled(queue.Queue(), held),
    simple_queue=lambda held: filled(queue.SimpleQueue(), held),
    priority_queue=lambda held: filled(queue.PriorityQueue(), (1, held)),
)


def filled(waiting, item):
    waiting.put(item)
    return waiting


for base in (int, str, bytes, bytearray, float, complex, tuple, list, dict, set, frozenset, collections.deque,
             collections.OrderedDict, decimal.Decimal, Exception, io.BytesIO, io.StringIO, threading.local,
             datetime.datetime, array.array, types.ModuleType, type, property, classmethod, staticmethod,
             functools.partial, weakref.ref, random.Random, socket.socket, contextlib.ExitStack):  # fmt: skip

    def derived(held, base=base):
        arguments = {array.array: ("d",), datetime.datetime: (2000, 1, 1), types.ModuleType: ("derived",),
                     type: ("Made", (), {}), classmethod: (len,), staticmethod: (len,), functools.partial: (len,),
                     weakref.ref: (Plain,)}  # fmt: skip
        return with_attribute(type("Derived", (base,), {})(*arguments.get(base, ())), held)

    kind(f"instance of a class derived from {base.__name__}")(derived)

# --- iterators -------------------------------------------------------------------------------------------------------


def started(iterator):
    next(iterator)
    return iterator


def started_if_possible(iterator):
    try:
        next(iterator)
    except (StopIteration, TypeError):
        pass
    return iterator


def always(value):
    return lambda *arguments: value


kinds(
    list_iterator=lambda held: iter([held]),
    list_reverse_iterator=lambda held: reversed([held]),
    tuple_iterator=lambda held: iter((held,)),
    set_iterator=lambda held: iter({held}),
    dict_keys=lambda held: {held: 1}.keys(),
    dict_values=lambda held: {1: held}.values(),
    dict_items=lambda held: {1: held}.items(),
    dict_key_iterator=lambda held: iter({held: 1}),
    dict_value_iterator=lambda held: iter({1: held}.values()),
    dict_item_iterator=lambda held: started(iter({1: held, 2: held}.items())),
    dict_reverse_iterator=lambda held: reversed({held: 1}),
    dict_reverse_item_iterator=lambda held: started(reversed({1: held, 2: held}.items())),
    ordered_dict_keys=lambda held: collections.OrderedDict({held: 1}).keys(),
    ordered_dict_iterator=lambda held: iter(collections.OrderedDict({held: 1, 2: held})),
    ordered_dict_item_iterator=lambda held: started(iter(collections.OrderedDict({held: 1, 2: held}).items())),
    deque_iterator=lambda held: iter(collections.deque([held])),
    deque_reverse_iterator=lambda held: reversed(collections.deque([held])),
    text_iterator=lambda held: started(iter(held.text)),
    bytes_iterator=lambda held: started(iter(held.data)),
    bytearray_iterator=lambda held: started(iter(bytearray(b"bytes"))),
    range_iterator=lambda held: started(iter(range(5))),
    long_range_iterator=lambda held: started(iter(range(held.number, held.number + 3))),
    array_iterator=lambda held: iter(array.array("d", [1])),
    memoryview_iterator=lambda held: started(iter(memoryview(held.data))),
    sequence_iterator=lambda held: iter(type("Sequence", (), {"__getitem__": always(held)})()),
    callable_iterator=lambda held: iter(always(held), 1),
    reversed=lambda held: reversed(type("Sequence", (), {"__getitem__": always(held), "__len__": always(1)})()),
    enumerate=lambda held: started(enumerate([held, held], 10**30)),
    zip=lambda held: started(zip([held, held], [1, 2])),
    map=lambda held: map(always(held), [1]),
    filter=lambda held: filter(always(1), [held]),
    accumulate=lambda held: started(itertools.accumulate([held, 2], always(1))),
    chain=lambda held: started(itertools.chain([held, held])),
    chain_from_iterable=lambda held: started(itertools.chain.from_iterable([[held, held]])),
    combinations=lambda held: started(itertools.combinations([held, 2, 3], 2)),
    combinations_with_replacement=lambda held: started(itertools.combinations_with_replacement([held, 2], 2)),
    compress=lambda held: itertools.compress([held], [1]),
    count=lambda held: started(itertools.count(held.number, held.number + 1)),
    cycle=lambda held: started(itertools.cycle([held, 1])),
    dropwhile=lambda held: itertools.dropwhile(always(held), [1]),
    filterfalse=lambda held: itertools.filterfalse(always(held), [1]),
    groupby=lambda held: started(itertools.groupby([held, held], always(1))),
    group=lambda held: next(itertools.groupby([held, held], always(1)))[1],
    islice=lambda held: started(itertools.islice([held, held], 2)),
    pairwise=lambda held: started(itertools.pairwise([held, 2, 3])),
    permutations=lambda held: started(itertools.permutations([held, 2], 2)),
    product=lambda held: started(itertools.product([held, 2], repeat=2)),
    repeat=lambda held: itertools.repeat(held, 3),
    starmap=lambda held: itertools.starmap(always(1), [(held,)]),
    takewhile=lambda held: itertools.takewhile(always(held), [1]),
    tee=lambda held: started(itertools.tee([held] * 200)[0]),
    tee_pair=lambda held: [started(each) for each in itertools.tee([held] * 3)],
    zip_longest=lambda held: started(itertools.zip_longest([1, 2], [], fillvalue=held)),
    struct_iterator=lambda held: struct.iter_unpack("i", held.data[:8]),
    file_iterator=lambda held: iter(io.StringIO(held.text)),
    formatter_iterator=lambda held: started(string._string.formatter_parser(held.text)),
    field_name_iterator=lambda held: string._string.formatter_field_name_split(held.text)[1],
    directory_iterator=lambda held: scan(),
    directory_entry=lambda held: entry(),
)
kind("batched", since=(3, 12))(lambda held: started(itertools.batched([held, 2, 3], 2)))


def scan():
    iterator = os.scandir(os.path.dirname(__file__))
    next(iterator)
    return iterator


def entry():
    with os.scandir(os.path.dirname(__file__)) as iterator:
        found = next(iterator)
    found.stat()
    return found


# --- functions and what belongs to them ------------------------------------------------------------------------------


def closure_over(value):
    return lambda: value


def function_with_everything(held):
    def function(argument: held = held, *, other=held) -> held:
        return held

    function.attribute = held
    function.__doc__ = [held]
    return function


def methods_of(held):
    instance = with_attribute(type("Methods", (), {"method": lambda self: self})(), held)
    return instance.method


def code_with_constant(held):
    return (lambda: None).__code__.replace(co_consts=(None, (held,)))


def property_of(held):
    function = closure_over(held)
    return property(function, function, function, [held])


class CachedProperty:
    def __init__(self, held):
        self.held = held

    @functools.cached_property
    def cached(self):
        return [self.held]


def cached_property(held):
    instance = CachedProperty(held)
    instance.cached
    return instance


def cache(held, size):
    @functools.lru_cache(maxsize=size, typed=bool(size))
    def cached(key):
        return [held]

    for i in range(4):
        cached((i, held))
    return cached


def key_object(held):
    return functools.cmp_to_key(lambda a, b: 0)(held)


def dispatched(held):
    function = functools.singledispatch(closure_over(held))
    function.register(int, closure_over(held))
    return function


class Method:
    def method(self, *arguments):
        pass

    partial = functools.partialmethod(method, 1)


kinds(
    function=function_with_everything,
    closure=closure_over,
    code=code_with_constant,
    method=methods_of,
    builtin_function=lambda held: len,
    bound_builtin=lambda held: [held].append,
    method_wrapper=lambda held: [held].__len__,
    wrapper_descriptor=lambda held: int.__add__,
    method_descriptor=lambda held: str.join,
    class_method_descriptor=lambda held: dict.__dict__["fromkeys"],
    static_method_of_c=lambda held: str.__dict__["maketrans"],
    getset_descriptor=lambda held: type("Made", (), {"held": held}).__dict__["__dict__"],
    member_descriptor=lambda held: type("Made", (), {"__slots__": ("slot",), "held": held}).slot,
    property=property_of,
    cached_property=cached_property,
    static_method=lambda held: staticmethod(closure_over(held)),
    class_method=lambda held: classmethod(closure_over(held)),
    super=lambda held: super(Plain, with_attribute(Plain(), held)),
    partial=lambda held: with_attribute(functools.partial(ignore, held, key=held), held),
    partial_method=lambda held: with_attribute(Method(), held).partial,
    unbounded_cache=lambda held: cache(held, None),
    bounded_cache=lambda held: cache(held, 3),
    no_cache=lambda held: cache(held, 0),
    key_of_comparison=key_object,
    single_dispatch=dispatched,
    item_getter=lambda held: operator.itemgetter(held, 1),
    attribute_getter=lambda held: operator.attrgetter("a.b", "c"),
    method_caller=lambda held: operator.methodcaller("name", held, key=held),
)

# --- classes, instances, modules -------------------------------------------------------------------------------------


def materialized(held):
    instance = with_attribute(Plain(), held)
    instance.__dict__
    return instance


def replaced_dict(held):
    instance = Plain()
    instance.__dict__ = {"attribute": held, 3: held}
    return instance


def many_attributes(held):
    instance = Plain()
    for i in range(60):
        setattr(instance, f"attribute_{i}", held)
    return instance


def slotted(held):
    instance = Slotted()
    instance.slot = held
    return instance


def class_with_everything(held):
    class Made(Plain, metaclass=Meta):
        __slots__ = ("slot",)
        attribute = held
        annotated: held = 1

        def method(self):
            return super().__init__

    class Below(Made):
        pass

    Below().dynamic = held
    return Made


def member(held):
    return enum.Enum("Members", {"ONE": [held], "TWO": 2}).ONE


def module(held):
    made = types.ModuleType(held.text)
    made.attribute = held
    return made


def abstract(held):
    class Abstract(collections.abc.Sized):
        attribute = held

    isinstance(held, Abstract)
    Abstract.register(type(held))
    return Abstract


kinds(
    object=lambda held: object(),
    instance=lambda held: with_attribute(Plain(), held),
    instance_with_its_dict=materialized,
    instance_with_another_dict=replaced_dict,
    instance_with_many_attributes=many_attributes,
    instance_with_slots=slotted,
    attribute_dict=lambda held: with_attribute(Plain(), held).__dict__,
    data_class_instance=Data,
    data_class_with_slots=SlottedData,
    class_with_everything=class_with_everything,
    abstract_class=abstract,
    enum_member=member,
    flag_member=lambda held: enum.Flag("Flags", "ONE TWO").ONE,
    module=module,
)

# --- generators and coroutines ---------------------------------------------------------------------------------------


def generate(held):
    local = [held]

    def inner():
        return local

    received = yield local
    for each in iter([local, received]):
        yield each
    return inner


async def wait(held):
    local = [held]
    await Suspend()
    return local


async def generate_async(held):
    local = [held]
    yield local
    await Suspend()
    yield local


class Suspend:
    def __await__(self):
        yield self


def thrown(held):
    generator = generate(held)
    next(generator)
    try:
        generator.throw(ValueError([held]))
    except ValueError as error:
        return generator, error


def delegating(held):
    def outer():
        yield from generate(held)

    return started(outer())


def exhausted(iterator):
    for _ in iterator:
        pass
    return iterator


def sent(coroutine):
    coroutine.send(None)
    return coroutine


def closed(obj):
    obj.close()
    return obj


def ended(held):
    coroutine = sent(wait(held))
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return coroutine, stop


def handling(held):
    """Suspended while it handles an exception."""

    def generator():
        try:
            raise ValueError(held)
        except ValueError:
            yield

    return started(generator())


def started_async(held):
    generator = generate_async(held)
    try:
        generator.asend(None).send(None)
    except StopIteration:
        pass
    return generator


def suspended_async(held):
    generator = started_async(held)
    sending = generator.asend([held])
    sending.send(None)
    return generator, sending


@types.coroutine
def old_coroutine(held):
    local = [held]
    yield local


kinds(
    new_generator=generate,
    suspended_generator=lambda held: started(generate(held)),
    generator_in_a_loop=lambda held: started(started(generate(held))),
    generator_handling_an_exception=handling,
    delegating_generator=delegating,
    ended_generator=lambda held: exhausted(generate(held)),
    generator_that_raised=thrown,
    closed_generator=lambda held: closed(started(generate(held))),
    generator_expression=lambda held: started(each for each in [held, held]),
    new_coroutine=wait,
    suspended_coroutine=lambda held: sent(wait(held)),
    ended_coroutine=ended,
    closed_coroutine=lambda held: closed(wait(held)),
    generator_as_coroutine=lambda held: started(old_coroutine(held)),
    coroutine_wrapper=lambda held: started(wait(held).__await__()),
    new_async_generator=generate_async,
    suspended_async_generator=started_async,
    async_generator_within_await=suspended_async,
    async_generator_asend=lambda held: generate_async(held).asend(held and None),
    async_generator_athrow=lambda held: generate_async(held).athrow(ValueError(held)),
    async_generator_aclose=lambda held: generate_async(held).aclose(),
    anext_with_default=lambda held: anext(generate_async(held), held),
)


# --- frames and exceptions -------------------------------------------------------------------------------------------


def raised(make):
    try:
        raise make()
    except BaseException as error:
        return error


def frame_of(held):
    local = [held]

    def inner():
        return local

    return sys._getframe()


def chained(held):
    try:
        try:
            raise ValueError(held)
        except ValueError as error:
            raise KeyError(held) from error
    except KeyError as error:
        return error


def failing(code):
    try:
        eval(code)
    except BaseException as error:
        return error


def missing_attribute(held):
    try:
        held.missing
    except AttributeError as error:
        return error


def missing_file(held):
    try:
        open(held.text)
    except OSError as error:
        return error


def decode_error(held):
    try:
        held.data.decode("utf-16-le" if len(held.data) % 2 else "utf-32")
    except UnicodeDecodeError as error:
        return error


def encode_error(held):
    try:
        held.text.encode("ascii")
    except UnicodeEncodeError as error:
        return error


kinds(
    frame=frame_of,
    exception=lambda held: ValueError(held),
    raised_exception=lambda held: raised(lambda: ValueError(held)),
    traceback=lambda held: raised(lambda: ValueError(held)).__traceback__,
    chained_exception=chained,
    stop_iteration=lambda held: StopIteration(held),
    system_exit=lambda held: SystemExit(held),
    key_error=lambda held: KeyError(held),
    os_error=lambda held: OSError(2, "text", held, None, held),
    blocking_io_error=lambda held: BlockingIOError(11, "text", 5),
    missing_file=missing_file,
    import_error=lambda held: ImportError("text", name=held, path=held),
    attribute_error=missing_attribute,
    name_error=lambda held: failing(f"missing_{held.number}"),
    syntax_error=lambda held: failing(f"{held.number} +"),
    decode_error=decode_error,
    encode_error=encode_error,
    translate_error=lambda held: UnicodeTranslateError(held.text, 0, 1, held.text),
    recursion_error=lambda held: RecursionError(held),
    memory_error=lambda held: MemoryError(held),
)


@kind("exception group", since=(3, 11))
def exception_group(held):
    return raised(lambda: with_note(ExceptionGroup("text", [ValueError(held), KeyError(held)])))  # noqa: F821


def with_note(error):
    error.add_note("note")
    return error


# --- weak references -------------------------------------------------------------------------------------------------


def finalized(held):
    key = Plain()
    return weakref.finalize(key, ignore, held), key


def weak_values(held):
    return weakref.WeakValueDictionary(key=held), held


def weak_keys(held):
    return weakref.WeakKeyDictionary({held: [held]}), held


def weak_proxy(held):
    key = Plain()
    return weakref.proxy(key, closure_over(held)), key


def weak_callable(held):
    key = closure_over(held)
    return weakref.proxy(key, closure_over(held)), key


def weak_method(held):
    instance = with_attribute(type("Methods", (), {"method": lambda self: self})(), held)
    return weakref.WeakMethod(instance.method), instance


def weak_reference(held):
    key = Plain()
    return weakref.ref(key, closure_over(held)), weakref.ref(key), key


kinds(
    weak_reference=weak_reference,
    dead_weak_reference=lambda held: weakref.ref(Plain()),
    weak_proxy=weak_proxy,
    weak_callable_proxy=weak_callable,
    weak_method=weak_method,
    weak_value_dictionary=weak_values,
    weak_key_dictionary=weak_keys,
    weak_set=lambda held: (weakref.WeakSet([held]), held),
    finalizer=finalized,
)

# --- bytes and files -------------------------------------------------------------------------------------------------


def exporter(held):
    return with_attribute(type("Bytes", (bytearray,), {})(b"bytes" * 9), held)


def mapped(held):
    with tempfile.TemporaryFile() as file:
        file.write(b"bytes" * 100)
        file.flush()
        return mmap.mmap(file.fileno(), 0)


def own_raw(held):
    return with_attribute(type("Raw", (io.RawIOBase,), {"readable": always(True), "writable": always(True)})(), held)


def read_text(held):
    stream = io.TextIOWrapper(io.BytesIO(held.data + b"\n"))
    stream.readline()
    return with_attribute(stream, held)


kinds(
    memoryview=lambda held: memoryview(exporter(held)),
    memoryview_of_a_part=lambda held: memoryview(exporter(held))[1:3].cast("B"),
    mmap=mapped,
    bytes_io=lambda held: io.BytesIO(held.data),
    buffer_of_bytes_io=lambda held: io.BytesIO(b"bytes" * 100).getbuffer(),
    string_io=lambda held: io.StringIO(held.text, newline=None),
    file=lambda held: with_attribute(open(__file__, "rb", buffering=0), held),
    buffered_reader=lambda held: with_attribute(open(__file__, "rb"), held),
    text_file=lambda held: with_attribute(open(__file__, encoding="utf-8"), held),
    text_wrapper=read_text,
    closed_file=lambda held: with_attribute(closed(open(__file__)), held),
    raw_in_python=lambda held: io.BufferedReader(own_raw(held)),
    buffered_pair=lambda held: io.BufferedRWPair(own_raw(held), own_raw(held)),
    buffered_random=lambda held: io.BufferedRandom(with_attribute(io.BytesIO(held.data), held)),
    newline_decoder=lambda held: io.IncrementalNewlineDecoder(with_attribute(Plain(), held), True),
    struct=lambda held: struct.Struct(held.text[:0] + "iif"),
    pattern=lambda held: re.compile(f"(?P<name>{held.text})"),
    match=lambda held: re.match(r"(\w+)", held.text),
    scanner=lambda held: re.compile(r"\w").scanner(held.text),
    match_iterator=lambda held: started(re.finditer(r"\w", held.text)),
    compressor=lambda held: zlib.compressobj(zdict=held.data),
    decompressor=lambda held: zlib.decompressobj(zdict=held.data),
    bz2_compressor=lambda held: bz2.BZ2Compressor(),
    bz2_decompressor=lambda held: bz2.BZ2Decompressor(),
    lzma_compressor=lambda held: lzma.LZMACompressor(),
    lzma_decompressor=lambda held: lzma.LZMADecompressor(),
    hash=lambda held: hashlib.sha256(b"bytes"),
    hash_of_openssl=lambda held: hashlib.new("sha512", b"bytes"),
    blake=lambda held: hashlib.blake2b(b"bytes"),
    hmac=lambda held: hmac.new(b"key", b"bytes", "sha256"),
    path=lambda held: pathlib.Path(__file__) / held.text,
    stat_result=lambda held: os.stat(__file__),
    unicode_database=lambda held: unicodedata.ucd_3_2_0,
)

# --- threads, contexts and asyncio -----------------------------------------------------------------------------------


def held_condition(held):
    condition = threading.Condition()
    condition.acquire()
    return with_attribute(condition, held)


def ended_thread(held):
    thread = threading.Thread(target=closure_over(held), args=())
    thread.start()
    thread.join()
    return with_attribute(thread, held)


def local_of_threads(held):
    local = threading.local()
    local.attribute = held
    return local


def context_of(held):
    variable = contextvars.ContextVar("variable", default=held)
    context = contextvars.copy_context()
    token = context.run(variable.set, [held])
    return context, token, variable


def context_items(held):
    context, token, variable = context_of(held)
    return iter(context), started_if_possible(iter(context.items())), context.values()


def big_context(held):
    context = contextvars.copy_context()
    variables = [contextvars.ContextVar(f"variable_{i}") for i in range(100)]
    for variable in variables:
        context.run(variable.set, held)
    return context, variables


def run(make):
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(make()), loop
    finally:
        loop.close()


def future(held):
    loop = asyncio.new_event_loop()
    waiting, done, failed = loop.create_future(), loop.create_future(), loop.create_future()
    waiting.add_done_callback(always(held))
    waiting.add_done_callback(always([held]))
    iterator = iter(waiting)
    iterator.send(None)
    done.set_result(held)
    failed.set_exception(ValueError(held))
    failed.exception()
    loop.close()
    return waiting, iterator, done, failed


def task(held):
    async def work():
        local = [held]
        await asyncio.sleep(1000)
        return local

    loop = asyncio.new_event_loop()
    made = loop.create_task(work(), name=held.text)
    made.add_done_callback(always(held))
    loop.call_soon(loop.stop)
    loop.run_forever()
    return loop, made


def ended_task(held):
    async def work():
        return held

    return run(lambda: asyncio.wait_for(work(), 10))[0]


def handles(held):
    loop = asyncio.new_event_loop()
    handles = loop.call_soon(ignore, held), loop.call_later(1000, ignore, held)
    loop.close()
    return handles


def gathered(held):
    async def work():
        return held

    async def main():
        gathering = asyncio.gather(work(), work())
        await gathering
        return gathering

    return run(main)


def synchronizers(held):
    async def main():
        waiting = asyncio.Queue(), asyncio.Event(), asyncio.Lock(), asyncio.Condition(), asyncio.Semaphore()
        waiting[0].put_nowait(held)
        return waiting

    return run(main)


def executor_future(held):
    made = concurrent.futures.Future()
    made.set_result(held)
    made.add_done_callback(always(held))
    return made


def executor(held):
    with concurrent.futures.ThreadPoolExecutor(1) as made:
        made.submit(closure_over(held)).result()
    return with_attribute(made, held)


kinds(
    lock=lambda held: threading.Lock(),
    recursive_lock=lambda held: threading.RLock(),
    condition=held_condition,
    event=lambda held: with_attribute(threading.Event(), held),
    semaphore=lambda held: with_attribute(threading.Semaphore(), held),
    barrier=lambda held: threading.Barrier(2, always(held)),
    timer=lambda held: threading.Timer(10, always(held)),
    thread=ended_thread,
    thread_local=local_of_threads,
    context=context_of,
    context_iterators=context_items,
    big_context=big_context,
    future=future,
    task=task,
    ended_task=ended_task,
    handles=handles,
    gathered=gathered,
    synchronizers=synchronizers,
    executor_future=executor_future,
    executor=executor,
)

# --- libraries of C --------------------------------------------------------------------------------------------------


class Structure(ctypes.Structure):
    _fields_ = [("object", ctypes.py_object), ("number", ctypes.c_int), ("text", ctypes.c_char_p)]


class Union(ctypes.Union):
    _fields_ = [("object", ctypes.py_object), ("number", ctypes.c_int)]


def c_callback(held):
    return ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(always(held))


def c_function(held):
    function = ctypes.CDLL(None)["strlen"]
    function.argtypes = [ctypes.c_char_p]
    function.restype = always(held)
    function.errcheck = always(held)
    return function


def c_pointer(held):
    return ctypes.pointer(Structure(held, 1, held.data))


def connection(held):
    made = sqlite3.connect(":memory:")
    made.create_function("function", 0, always(held))
    made.create_aggregate("aggregate", 0, type("Aggregate", (), {"held": held}))
    made.create_collation("collation", always(held))
    made.set_authorizer(always(held and 0))
    made.set_progress_handler(always(held and 0), 1000)
    made.set_trace_callback(always(held))
    made.row_factory = always(held)
    made.text_factory = always(held)
    return made


def cursor(held):
    made = sqlite3.connect(":memory:").cursor()
    made.execute("create table made (one, two)")
    made.execute("insert into made values (1, 2), (3, 4)")
    made.row_factory = sqlite3.Row
    made.execute("select one, two from made")
    row = made.fetchone()
    return made, row


@kind("sqlite blob", since=(3, 11))
def blob(held):
    made = sqlite3.connect(":memory:")
    made.execute("create table made (one)")
    made.execute("insert into made values (zeroblob(9))")
    return made.blobopen("made", "one", 1)


def decimal_context(held):
    return decimal.Context(prec=5)


def local_decimal_context(held):
    return decimal.localcontext()


class Zone(datetime.tzinfo):
    def utcoffset(self, when):
        return datetime.timedelta(0)


def element(held):
    made = ElementTree.Element(held.text, {"key": held})
    ElementTree.SubElement(made, "tag").text = held
    made.tail = [held]
    return made


def element_iterators(held):
    made = element(held)
    return started(made.iter()), started_if_possible(made.itertext())


def tree_builder(held):
    made = ElementTree.TreeBuilder(element_factory=always(ElementTree.Element("tag", {"key": held})))
    made.start(held.text, {})
    made.data(held.text)
    return made


def xml_parser(held):
    target = with_attribute(type("Target", (), {"start": always(held), "data": always(held)})(), held)
    made = ElementTree.XMLParser(target=target)
    made.feed("<tag>te")
    return made


def expat_parser(held):
    made = expat.ParserCreate(namespace_separator=" ", intern={})
    made.StartElementHandler = always(held)
    made.CharacterDataHandler = always([held])
    made.buffer_text = True
    made.Parse("<tag>te")
    return made


def pickler(held):
    made = pickle.Pickler(io.BytesIO())
    made.dispatch_table = {int: always(held)}
    made.dump([1, 2])
    return made


def own_pickler(held):
    class Own(pickle.Pickler):
        def persistent_id(self, obj):
            return None

        def reducer_override(self, obj):
            return NotImplemented

    made = with_attribute(Own(io.BytesIO()), held)
    made.dump([1, 2])
    return made, made.memo


def unpickler(held):
    class Own(pickle.Unpickler):
        def persistent_load(self, id):
            return held

    made = Own(io.BytesIO(pickle.dumps([1, [2]])))
    made.load()
    return made, made.memo, with_attribute(made, held)


def csv_reader(held):
    made = csv.reader(iter([held.text, "c,d", with_attribute(type("Text", (str,), {})("e"), held)]))
    next(made)
    return made


def csv_writer(held):
    return csv.writer(with_attribute(type("Stream", (), {"write": always(held)})(), held))


def ssl_context(held):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.sni_callback = always(held)
    return made


def ssl_message_callback(held):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made._msg_callback = always(held)
    return made


def ssl_object(held):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_side=True)
    return with_attribute(made, held)


def ssl_connection(held):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    name = held.text.replace(" ", "-").replace("ä", "a")
    return context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname=name)


def sockets(held):
    one, two = socket.socketpair()
    two.close()
    return one


def polls(held):
    poll = select.poll()
    poll.register(0)
    return poll, select.epoll()


def selector(held):
    made = selectors.DefaultSelector()
    reading, writing = os.pipe()
    made.register(reading, selectors.EVENT_READ, held)
    os.close(reading)
    os.close(writing)
    return made


def json_coders(held):
    return json.JSONDecoder(object_hook=always(held)), json.JSONEncoder(default=always(held))


def json_encoder(held):
    return json.encoder.c_make_encoder({}, always(held), str, None, ":", ",", False, False, True)


def generic_class(held):
    T = typing.TypeVar("T", bound=type("Bound", (), {"held": held}))

    class Generic(typing.Generic[T]):
        attribute: T

    return Generic[int], T, Generic


kinds(
    c_number=lambda held: ctypes.c_int(5),
    c_text=lambda held: ctypes.c_char_p(held.data),
    c_object=lambda held: ctypes.py_object(held),
    c_structure=lambda held: Structure(held, 1, held.data),
    c_union=lambda held: Union(held),
    c_array=lambda held: (ctypes.py_object * 3)(held, held),
    c_pointer=c_pointer,
    c_reference=lambda held: ctypes.byref(Structure(held)),
    c_cast=lambda held: ctypes.cast(ctypes.pointer(Structure(held)), ctypes.c_void_p),
    c_callback=c_callback,
    c_function=c_function,
    c_class=lambda held: type("Made", (ctypes.Structure,), {"_fields_": [("number", ctypes.c_int)], "held": held}),
    c_array_class=lambda held: type("Made", (ctypes.c_int * 7,), {"held": held}),
    c_pointer_class=lambda held: ctypes.POINTER(type("Made", (ctypes.Structure,), {"held": held})),
    c_buffer=lambda held: (ctypes.c_char * 9).from_buffer(exporter(held)),
    sqlite_connection=connection,
    sqlite_cursor=cursor,
    decimal_context=decimal_context,
    local_decimal_context=local_decimal_context,
    date=lambda held: datetime.date(2000, 1, 2),
    time=lambda held: datetime.time(1, 2, tzinfo=with_attribute(Zone(), held)),
    date_and_time=lambda held: datetime.datetime(2000, 1, 2, tzinfo=with_attribute(Zone(), held)),
    time_delta=lambda held: datetime.timedelta(5),
    time_zone=lambda held: datetime.timezone(datetime.timedelta(hours=5, seconds=held.number % 60), held.text),
    element=element,
    element_iterators=element_iterators,
    element_tree=lambda held: ElementTree.ElementTree(element(held)),
    tree_builder=tree_builder,
    xml_parser=xml_parser,
    expat_parser=expat_parser,
    pickler=pickler,
    own_pickler=own_pickler,
    unpickler=unpickler,
    pickle_buffer=lambda held: pickle.PickleBuffer(exporter(held)),
    csv_reader=csv_reader,
    csv_writer=csv_writer,
    csv_dict_reader=lambda held: csv.DictReader(iter(["a,b", "c,d"]), restkey=held),
    csv_dialect=lambda held: csv.get_dialect("excel"),
    socket=sockets,
    ssl_context=ssl_context,
    ssl_context_with_message_callback=ssl_message_callback,
    ssl_object=ssl_object,
    ssl_connection=ssl_connection,
    polls=polls,
    selector=selector,
    random=lambda held: random.Random(3),
    json_coders=json_coders,
    json_encoder=json_encoder,
    syntax_tree=lambda held: with_attribute(ast.parse("a + 1"), held),
    exit_stack=lambda held: stack_of(held),
    context_manager=lambda held: contextlib.contextmanager(generate)(held),
    generic_alias=lambda held: list[held],
    union_type=lambda held: int | type("Member", (), {"held": held}),
    generic_class=generic_class,
    annotated=lambda held: typing.Annotated[int, held],
    new_type=lambda held: with_attribute(typing.NewType("New", int), held),
    parameter_specification=lambda held: with_attribute(typing.ParamSpec("P"), held),
    capsule=lambda held: unicodedata._ucnhash_CAPI,
)
kind("zone")(lambda held: zone())
kind("type parameters", since=(3, 12))(lambda held: type_parameters(held))
kind("type alias", since=(3, 12))(lambda held: typing.TypeAliasType("Alias", list[held]))


def stack_of(held):
    stack = contextlib.ExitStack()
    stack.callback(ignore, held)
    return stack


def zone():
    try:
        return zoneinfo.ZoneInfo.no_cache("Europe/Berlin")
    except zoneinfo.ZoneInfoNotFoundError:
        return None


def type_parameters(held):
    namespace = {"held": held}
    exec("class Generic[T: (held, int), *Ts, **P]: pass\ndef function[U: held](): return held\n"
         "type Alias[V] = list[held]", namespace)  # fmt: skip
    namespace["Alias"].__value__
    namespace["function"].__type_params__[0].__bound__
    namespace["Generic"].__type_params__[0].__constraints__
    return [namespace[name] for name in ("Generic", "function", "Alias")]


# --- numpy -----------------------------------------------------------------------------------------------------------

if numpy:
    kinds(
        numpy_array=lambda held: numpy.zeros(100),
        numpy_view=lambda held: numpy.zeros(100)[1:],
        numpy_array_of_objects=lambda held: numpy.array([[held, [held]], [None, 1]], dtype=object),
        numpy_view_of_objects=lambda held: numpy.array([held, [held]], dtype=object)[:1],
        numpy_array_of_a_buffer=lambda held: numpy.frombuffer(exporter(held), dtype="u1"),
        numpy_array_of_records=lambda held: numpy.zeros(3, dtype=[("one", "i4"), ("two", "f8")]),
        numpy_array_of_records_of_objects=lambda held: numpy.array([(1, held)], dtype=[("one", "i4"), ("two", "O")]),
        numpy_scalar=lambda held: numpy.float64(5),
        numpy_type=lambda held: numpy.dtype([("one", "i4"), ("two", "f8")], metadata={"key": held}),
        numpy_iterator=lambda held: numpy.array([held], dtype=object).flat,
        numpy_memory_map=lambda held: with_attribute(numpy.memmap(tempfile.TemporaryFile(), "u1", shape=9), held),
        numpy_masked_array=lambda held: with_attribute(numpy.ma.zeros(9), held),
        numpy_function=lambda held: numpy.frompyfunc(always(held), 1, 1),
        numpy_broadcast=lambda held: numpy.broadcast(numpy.array([held], dtype=object), 1),
    )
