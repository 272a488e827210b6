"""Dumps made by a process that lives, and read: by fork and standing still, whole or not at all."""

import errno
import fcntl
import gc
import io
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import refgraph
import support


class Screen:
    def __init__(self):
        self.title = "main window"
        self.rows = [1, 2, 3]
        self.table = {"key": 1, 7: "seven"}


def make(screen):
    def on_click():
        return screen

    return on_click


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = os.path.join(folder.name, "heap.rgd")

    def assert_only(self, *names):
        self.assertEqual(sorted(os.listdir(self.folder)), sorted(names))


class Answers(Folder):
    """What a live capture answers, its dump answers the same."""

    def setUp(self):
        super().setUp()
        self.closure = make(Screen())
        self.graph = refgraph.capture()
        self.node_id = self.graph._find(self.closure)

    def drawings(self, graph):
        yield graph.why(id=self.node_id)
        yield graph.refs(id=self.node_id, max_depth=5)
        yield graph.backrefs(id=self.node_id, max_depth=4)
        yield graph.why_closures()

    def assert_same(self, loaded):
        for live, read in zip(self.drawings(self.graph), self.drawings(loaded)):
            self.assertEqual(live.text, read.text)
            self.assertEqual(live.dot, read.dot)
            self.assertEqual(live.json(), read.json())
            self.assertEqual(live.nodes, read.nodes)

    def test_a_graph_that_was_saved_with_values_answers_the_same(self):
        self.graph.save(self.path, values=True)
        self.assert_same(refgraph.load(self.path))

    def test_uncompressed_too(self):
        self.graph.save(self.path, values=True, compress=False)
        self.assert_same(refgraph.load(self.path))

    def test_without_values_only_the_values_differ(self):
        self.graph.save(self.path)
        loaded = refgraph.load(self.path)
        self.assertEqual(self.graph.why(id=self.node_id).text, loaded.why(id=self.node_id).text)
        text = loaded.refs(id=self.node_id).text
        self.assertIn("screen", text)
        self.assertIn("['key']", text)
        self.assertIn("[str, 11 characters]", text)
        self.assertNotIn("main window", text)
        self.assertNotIn("seven", text)

    def test_nodes_and_references_are_the_same(self):
        self.graph.save(self.path, values=True)
        loaded = refgraph.load(self.path)
        self.assertEqual(self.graph.node(self.node_id), loaded.node(self.node_id))
        self.assertEqual(self.graph.references(self.node_id), loaded.references(self.node_id))
        self.assertEqual(self.graph.referrers(self.node_id), loaded.referrers(self.node_id))
        self.assertEqual(self.graph.process, loaded.process)

    def test_filters_find_the_same(self):
        self.graph.save(self.path, values=True)
        loaded = refgraph.load(self.path)
        for where in ("closure:on_click", "type:Screen", "site:test_dump.py", "size:10k..", "name:on_", "not type:str"):
            self.assertEqual(self.graph.find(where), loaded.find(where), where)
        self.assertIn(self.node_id, loaded.find("closure:make.on_click"))

    def test_a_filter_draws_what_its_objects_draw(self):
        self.assertEqual(
            self.graph.why(where="closure:make.on_click site:test_dump.py").nodes,
            self.graph.why(id=self.graph.find("closure:make.on_click site:test_dump.py")).nodes,
        )

    def test_a_filter_that_finds_nothing_is_an_error(self):
        with self.assertRaisesRegex(refgraph.NotFoundError, "nothing in the graph matches 'closure:nowhere'"):
            self.graph.why(where="closure:nowhere")

    def test_a_bad_filter_is_an_error(self):
        with self.assertRaisesRegex(refgraph.ArgumentError, "at column 1"):
            self.graph.find("sise:3")


class Modes(Folder):
    def test_each_mode_writes_the_same_heap(self):
        gc.collect()
        counts = {mode: refgraph.dump(self.path, mode=mode).objects for mode in ("fork", "gil")}
        self.assertLess(abs(counts["fork"] - counts["gil"]), 200)

    def test_auto_forks(self):
        self.assertEqual(refgraph.dump(self.path).mode, "fork")
        self.assertEqual(refgraph.load(self.path).process["mode"], "fork")

    def test_where_the_collectors_lists_were_not_found_nothing_is_forked(self):
        code = f"import refgraph; result = refgraph.dump({self.path!r}); print(result.mode, result.losses)"
        self.assertRegex(
            support.run_python(code, REFGRAPH_DOCUMENTED_API="1"),
            r"^gil .*fork: the collector's lists were not found in this interpreter; the process stood still",
        )
        with self.assertRaisesRegex(AssertionError, "cannot dump in mode 'fork': the collector's lists were not found"):
            support.run_python(f"import refgraph; refgraph.dump({self.path!r}, mode='fork')", REFGRAPH_DOCUMENTED_API="1")

    def test_a_forked_dump_names_the_process_that_was_dumped(self):
        refgraph.dump(self.path)
        self.assertEqual(refgraph.load(self.path).process["pid"], os.getpid())

    def test_a_forked_dump_sees_closures_frames_and_values(self):
        screen = Screen()
        closure = make(screen)
        refgraph.dump(self.path, mode="fork", values=True)
        graph = refgraph.load(self.path)
        text = graph.refs(where="closure:make.on_click site:test_dump.py").text
        self.assertIn("main window", text)
        why = graph.why(where="closure:make.on_click site:test_dump.py").text
        self.assertIn("closure → make.<locals>.on_click", why)
        del closure

    def test_the_result_tells_what_was_done(self):
        result = refgraph.dump(self.path)
        self.assertTrue(result.done)
        self.assertEqual(result.path, self.path)
        self.assertEqual(result.bytes, os.path.getsize(self.path))
        self.assertEqual(result.objects, refgraph.load(self.path).num_nodes)
        self.assertGreater(result.pause_ms, 0)
        self.assertEqual(result.losses, refgraph.capture().losses)
        self.assertRegex(repr(result), r"^<refgraph.Dump to '.*heap.rgd': \d+ objects, \d+ bytes, pause \d+ ms, mode fork>$")

    def test_a_mode_that_is_none_is_refused(self):
        with self.assertRaisesRegex(refgraph.ArgumentError, "bad mode 'thread'"):
            refgraph.dump(self.path, mode="thread")
        self.assert_only()

    def test_nothing_of_the_process_changes(self):
        counts = gc.get_count(), gc.get_threshold(), gc.isenabled()
        obj = object()
        before = sys.getrefcount(obj), len(os.listdir("/proc/self/fd")), threading.active_count()
        refgraph.dump(self.path)
        refgraph.dump(self.path, mode="gil")
        self.assertEqual((sys.getrefcount(obj), len(os.listdir("/proc/self/fd")), threading.active_count()), before)
        self.assertEqual(gc.isenabled(), counts[2])
        self.assertEqual(gc.get_threshold(), counts[1])
        self.assertEqual(signal.pthread_sigmask(signal.SIG_BLOCK, ()), set())

    def test_an_audit_hook_hears_of_it(self):
        printed = support.run_python(
            "import sys, refgraph, os\n"
            "sys.addaudithook(lambda event, args: event == 'refgraph.dump' and print(event, args))\n"
            f"refgraph.dump({self.path!r})"
        )
        self.assertEqual(printed, f"refgraph.dump ({self.path!r},)\n")

    def test_an_audit_hook_may_refuse(self):
        def refuse(event, args):
            if event == "refgraph.dump" and refuse.is_on:
                raise PermissionError("no dumps here")

        refuse.is_on = True
        sys.addaudithook(refuse)
        with self.assertRaisesRegex(PermissionError, "no dumps here"):
            refgraph.dump(self.path)
        refuse.is_on = False
        self.assert_only()


class Allocations(Folder):
    CODE = """
import refgraph
def make(rows):
    def on_click():
        return rows
    return on_click
closures = [make([i]) for i in range(3000)]
result = refgraph.dump({path!r}, {options})
graph = refgraph.load({path!r})
ids = graph.find("closure:make.on_click")
print(len(ids), {{graph.node(id)["allocation"] for id in ids}})
print(result.losses)
"""

    def run_traced(self, options):
        return support.run_python(self.CODE.format(path=self.path, options=options), PYTHONTRACEMALLOC="1")

    def test_a_forked_child_has_its_parent_look_them_up(self):
        self.assertEqual(self.run_traced("mode='fork'"), "3000 {('<string>', 4)}\n()\n")

    def test_standing_still_the_process_looks_them_up_itself(self):
        self.assertEqual(self.run_traced("mode='gil'"), "3000 {('<string>', 4)}\n()\n")

    def test_where_nobody_waits_they_are_lost_and_the_dump_says_so(self):
        printed = support.run_python(
            "import refgraph\n"
            "keep = (lambda rows: lambda: rows)([1])\n"
            f"result = refgraph.dump({self.path!r}, wait=False).wait()\n"
            f"print(result.losses[0][0], result.losses[0][1] > 1, refgraph.load({self.path!r}).losses == result.losses)",
            PYTHONTRACEMALLOC="1",
        )
        self.assertEqual(printed, "allocation sites: nobody waited for the dump True True\n")

    def test_without_tracemalloc_nothing_is_lost(self):
        self.assertEqual(refgraph.dump(self.path, wait=False).wait().losses, refgraph.capture().losses)


# Answers clone(2) with an error: of every process, or only of one without a signal at its end.
REFUSE_CLONE = """
import ctypes, refgraph, struct
def refuse(only_without_signal):
    load_number, load_flags, allow = (0x20, 0, 0, 0), (0x20, 0, 0, 16), (0x06, 0, 0, 0x7fff0000)
    refuse = (0x06, 0, 0, 0x00050000 | 1)
    if only_without_signal:
        rules = [load_number, (0x15, 0, 3, 56), load_flags, (0x54, 0, 0, 0xff), (0x15, 1, 0, 0), allow, refuse]
    else:
        rules = [load_number, (0x15, 1, 0, 56), allow, refuse]
    code = b"".join(struct.pack("HBBI", *rule) for rule in rules)
    buffer = ctypes.create_string_buffer(code)
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(rules), ctypes.addressof(buffer)))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    assert libc.prctl(22, 2, program, 0, 0) == 0, ctypes.get_errno()
"""


@unittest.skipUnless(os.uname().machine == "x86_64", "the numbers of system calls are those of x86-64")
class Refused(Folder):
    def test_where_a_fork_is_refused_auto_stands_still_and_says_so(self):
        printed = support.run_python(
            REFUSE_CLONE + f"refuse(False)\nresult = refgraph.dump({self.path!r})\nprint(result.mode, result.losses)"
        )
        what = "fork: Operation not permitted; the process stood still while it was read"
        self.assertEqual(printed, f"gil {((what, 0),)}\n")
        self.assertEqual(refgraph.load(self.path).losses, ((what, 0),))

    def test_where_a_fork_is_refused_mode_fork_is_an_error(self):
        printed = support.run_python(
            REFUSE_CLONE + f"refuse(False)\ntry: refgraph.dump({self.path!r}, mode='fork')\n"
            "except refgraph.FileError as error: print(error)"
        )
        self.assertEqual(printed, "cannot dump in mode 'fork': Operation not permitted\n")
        self.assert_only()

    def test_where_only_a_fork_with_a_signal_is_allowed_that_is_taken(self):
        printed = support.run_python(
            REFUSE_CLONE + f"refuse(True)\nresult = refgraph.dump({self.path!r})\nprint(result.mode, result.losses)"
        )
        self.assertEqual(printed, "fork ()\n")


class Files(Folder):
    def test_only_the_owner_may_read_it(self):
        refgraph.dump(self.path)
        self.assertEqual(os.stat(self.path).st_mode & 0o777, 0o600)

    def test_it_is_private_even_where_another_file_was_not(self):
        with open(self.path, "w"):
            os.chmod(self.path, 0o644)
        refgraph.dump(self.path)
        self.assertEqual(os.stat(self.path).st_mode & 0o777, 0o600)

    def test_nothing_else_is_left_in_the_folder(self):
        refgraph.dump(self.path)
        refgraph.dump(self.path, mode="gil")
        self.assert_only("heap.rgd")

    def test_a_file_object_gets_it(self):
        buffer = io.BytesIO()
        result = refgraph.dump(buffer)
        self.assertEqual(result.bytes, len(buffer.getvalue()))
        buffer.seek(0)
        self.assertEqual(refgraph.load(buffer).num_nodes, result.objects)

    def test_a_file_with_a_descriptor_gets_it_from_the_child(self):
        with open(self.path, "wb") as file:
            file.write(b"")
            self.assertEqual(refgraph.dump(file).mode, "fork")
        self.assertGreater(refgraph.load(self.path).num_nodes, 1000)

    def test_a_pipe_gets_it(self):
        end, other = os.pipe()
        result = []
        with open(end, "rb") as read, open(other, "wb") as write:
            thread = threading.Thread(target=lambda: (result.append(refgraph.dump(write)), write.close()))
            thread.start()
            graph = refgraph.load(read)
            thread.join()
        self.assertEqual(graph.num_nodes, result[0].objects)

    def test_a_reader_that_went_away_is_an_error(self):
        for mode in ("fork", "gil"):
            end, other = os.pipe()
            os.close(end)
            with open(other, "wb") as write, self.assertRaisesRegex(refgraph.FileError, "Broken pipe"):
                refgraph.dump(write, mode=mode)

    def test_a_full_disk_is_an_error(self):
        for mode in ("fork", "gil"):
            with open("/dev/full", "wb", buffering=0) as full, self.assertRaisesRegex(refgraph.FileError, "No space"):
                refgraph.dump(full, mode=mode)

    def test_a_file_that_would_get_too_long_stays_as_it_was(self):
        # The limit stands for a full disk: the write fails in the middle.
        printed = support.run_python(
            "import refgraph, resource, signal, os\n"
            f"path = {self.path!r}\n"
            "open(path, 'w').write('as it was')\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))\n"
            "for mode in ('fork', 'gil'):\n"
            "    try: refgraph.dump(path, mode=mode)\n"
            "    except refgraph.FileError as error: print(error)\n"
            "print(open(path).read(), os.listdir(os.path.dirname(path)))"
        )
        error = f"cannot write '{self.path}': {os.strerror(errno.EFBIG)}\n"
        self.assertEqual(printed, 2 * error + "as it was ['heap.rgd']\n")

    def test_a_folder_that_is_not_there_is_an_error(self):
        with self.assertRaisesRegex(refgraph.FileError, "cannot write '.*/nowhere/heap.rgd': No such file or directory"):
            refgraph.dump(os.path.join(self.folder, "nowhere", "heap.rgd"))

    def test_a_folder_that_may_not_be_written_is_an_error(self):
        with self.assertRaisesRegex(refgraph.FileError, "cannot write '/proc/heap.rgd'"):
            refgraph.dump("/proc/heap.rgd")

    def test_an_empty_name_is_refused(self):
        with self.assertRaisesRegex(refgraph.ArgumentError, "a dump needs the name of a file"):
            refgraph.dump("")

    def test_a_folder_is_refused(self):
        with self.assertRaisesRegex(refgraph.FileError, "it is a folder"):
            refgraph.dump(self.folder)

    def test_an_interrupt_ends_a_dump_that_nobody_reads(self):
        for mode in ("fork", "gil"):
            printed = support.run_python(
                "import os, refgraph, signal\n"
                "keep = [[i] for i in range(300000)]\n"
                "end, other = os.pipe()\n"
                "def interrupt(*ignored): signal.signal(signal.SIGALRM, signal.SIG_IGN); raise KeyboardInterrupt\n"
                "signal.signal(signal.SIGALRM, interrupt)\n"
                "signal.setitimer(signal.ITIMER_REAL, 1, 0.5)\n"
                f"try: refgraph.dump(os.fdopen(other, 'wb'), mode={mode!r}, compress=False)\n"
                "except KeyboardInterrupt: signal.setitimer(signal.ITIMER_REAL, 0); print('interrupted')"
            )
            self.assertEqual(printed, "interrupted\n")

    def test_what_is_no_file_is_refused(self):
        with self.assertRaisesRegex(TypeError, "path_or_file must be a path or a file open for writing, not int"):
            refgraph.dump(3)

    def test_an_exception_of_the_file_object_is_raised(self):
        class Bad:
            def write(self, data):
                raise KeyError("full")

        with self.assertRaisesRegex(KeyError, "full"):
            refgraph.dump(Bad())

    def test_a_file_object_that_takes_a_part_is_refused(self):
        class Short:
            def write(self, data):
                return len(data) - 1

        with self.assertRaisesRegex(BlockingIOError, "pass a buffered file"):
            refgraph.dump(Short())

    def test_an_exception_of_progress_ends_it(self):
        def progress(phase, done, total):
            raise KeyError(phase)

        for mode in ("fork", "gil"):
            with self.assertRaises(KeyError):
                refgraph.dump(self.path, mode=mode, progress=progress)
            self.assert_only()

    def test_progress_tells_how_far_it_is(self):
        calls = []
        refgraph.dump(self.path, progress=lambda *call: calls.append(call))
        phases = [phase for phase, _, _ in calls]
        self.assertEqual(phases[0], "reading the heap")
        self.assertEqual(phases[-1], "writing")
        self.assertEqual(calls[-1][1], calls[-1][2])

    def test_progress_does_not_go_back_while_what_writes_has_to_wait(self):
        phases, may_read = [], threading.Event()

        def progress(phase, done, total):
            phases.append(phase)
            if phases.count("writing") == 3 or len(phases) == 50:
                may_read.set()

        end, other = os.pipe()
        with open(end, "rb") as read, open(other, "wb") as write:
            reader = threading.Thread(target=lambda: (may_read.wait(), read.read()))
            reader.start()
            refgraph.dump(write, mode="fork", progress=progress)
            write.close()
            reader.join()
        self.assertEqual(phases, sorted(phases))
        self.assertGreater(phases.count("writing"), 3)


class Loading(Folder):
    def test_an_interrupt_ends_a_load_that_nobody_writes_to(self):
        printed = support.run_python(
            "import os, refgraph, signal\n"
            f"os.mkfifo({self.path!r})\n"
            f"keep = os.open({self.path!r}, os.O_RDWR)\n"
            "def interrupt(*ignored): signal.signal(signal.SIGALRM, signal.SIG_IGN); raise KeyboardInterrupt\n"
            "signal.signal(signal.SIGALRM, interrupt)\n"
            "signal.setitimer(signal.ITIMER_REAL, 0.2, 0.5)\n"
            f"try: refgraph.load({self.path!r})\n"
            "except KeyboardInterrupt: signal.setitimer(signal.ITIMER_REAL, 0); print('interrupted')"
        )
        self.assertEqual(printed, "interrupted\n")

    def test_what_is_no_dump_is_refused(self):
        with open(self.path, "wb") as file:
            file.write(b"digraph { a -> b }")
        with self.assertRaises(refgraph.DumpError) as caught:
            refgraph.load(self.path)
        self.assertEqual(
            str(caught.exception), f"cannot read {self.path!r}: this is no dump of refgraph: it does not begin like one"
        )

    def test_a_file_that_is_not_there_is_the_usual_error(self):
        with self.assertRaises(FileNotFoundError):
            refgraph.load(self.path)

    def test_a_dump_that_is_cut_off_says_so(self):
        refgraph.dump(self.path)
        with open(self.path, "r+b") as file:
            file.truncate(os.path.getsize(self.path) - 40)
        graph = refgraph.load(self.path)
        self.assertTrue(graph.truncated)
        self.assertTrue(graph.why_closures().caption.startswith("TRUNCATED dump: lower bounds · "))

    def test_a_whole_dump_is_not_truncated(self):
        refgraph.dump(self.path)
        self.assertFalse(refgraph.load(self.path).truncated)

    def test_it_takes_no_more_memory_than_it_may(self):
        refgraph.dump(self.path)
        with self.assertRaisesRegex(refgraph.LimitError, "takes more than the 10000 bytes"):
            refgraph.load(self.path, max_memory=10000)
        with self.assertRaises(refgraph.ArgumentError):
            refgraph.load(self.path, max_memory=0)


class NotWaiting(Folder):
    def test_the_call_returns_before_the_dump_is_there(self):
        result = refgraph.dump(self.path, wait=False)
        self.assertIs(result.wait(), result)
        self.assertEqual(result.objects, refgraph.load(self.path).num_nodes)

    def test_what_is_not_known_yet_is_none(self):
        keep = [[i] for i in range(300_000)]
        result = refgraph.dump(self.path, wait=False)
        seen = result.done, result.objects, result.bytes, result.pause_ms, result.losses
        with self.assertRaisesRegex(refgraph.DeadlineError, "is not done yet"):
            result.wait(0)
        result.wait()
        self.assertEqual(seen, (False, None, None, None, None))
        del keep

    def test_a_process_that_was_forked_is_told_whose_it_is(self):
        printed = support.run_python(
            "import os, refgraph\n"
            "kept = [(lambda i=i: i) for i in range(100000)]\n"
            f"dump = refgraph.dump({self.path!r}, wait=False)\n"
            "if not os.fork():\n"
            "    try: dump.wait()\n"
            "    except refgraph.UnsupportedError as error: print(str(error).replace(str(os.getppid()), 'PID'), flush=True)\n"
            "    os._exit(0)\n"
            "os.wait(); dump.wait()"
        )
        self.assertEqual(printed, f"the dump to {self.path!r} is that of process PID, which was forked\n")

    def test_one_dump_is_made_at_a_time(self):
        keep = [[i] for i in range(300_000)]
        result = refgraph.dump(self.path, wait=False)
        with self.assertRaisesRegex(refgraph.BusyError, "a dump to '.*heap.rgd' is under way: one at a time"):
            refgraph.dump(os.path.join(self.folder, "other.rgd"))
        result.wait()
        refgraph.dump(os.path.join(self.folder, "other.rgd"))
        del keep

    def test_what_goes_wrong_is_raised_by_wait(self):
        with open("/dev/full", "wb", buffering=0) as full:
            result = refgraph.dump(full, wait=False)
        with self.assertRaisesRegex(refgraph.FileError, "No space left"):
            result.wait()

    def test_standing_still_it_need_not_be_waited_for_either(self):
        result = refgraph.dump(self.path, mode="gil", wait=False).wait()
        self.assertEqual(result.objects, refgraph.load(self.path).num_nodes)

    def test_a_relative_path_is_one_of_the_folder_at_the_call(self):
        os.mkdir(os.path.join(self.folder, "other"))
        for mode in ("fork", "gil"):
            printed = support.run_python(
                "import os, refgraph\n"
                f"os.chdir({self.folder!r})\n"
                f"result = refgraph.dump('heap.rgd', mode={mode!r}, wait=False)\n"
                "os.chdir('other')\n"
                "result.wait()\n"
                "print(sorted(os.listdir('..')), os.listdir('.'))"
            )
            self.assertEqual(printed, "['heap.rgd', 'other'] []\n")

    def test_a_file_object_without_a_descriptor_has_to_be_waited_for(self):
        with self.assertRaises(refgraph.ArgumentError):
            refgraph.dump(io.BytesIO(), wait=False)

    def test_a_result_that_nobody_keeps_does_no_harm(self):
        refgraph.dump(self.path, wait=False)
        is_busy = True
        while is_busy:
            try:
                refgraph.dump(io.BytesIO())
                is_busy = False
            except refgraph.BusyError:
                time.sleep(0.01)
        self.assertGreater(refgraph.load(self.path).num_nodes, 1000)


class Signals(Folder):
    def run_program(self, code):
        return support.run_python(f"import os, refgraph, signal, sys, time, glob\nfolder = {self.folder!r}\n" + code)

    def test_a_signal_dumps(self):
        printed = self.run_program(
            "refgraph.install_dump_signal(signal.SIGUSR2, folder)\n"
            "os.kill(os.getpid(), signal.SIGUSR2)\n"
            "while not glob.glob(folder + '/*.rgd'): time.sleep(0.01)\n"
            "print(refgraph.load(glob.glob(folder + '/*.rgd')[0]).num_nodes > 1000, os.listdir(folder))"
        )
        self.assertRegex(printed, r"^True \['refgraph-\d+-\d{8}-\d{6}\.rgd'\]\n$")

    def test_signals_of_one_second_have_files_of_their_own(self):
        printed = self.run_program(
            "refgraph.install_dump_signal(signal.SIGUSR2, folder)\n"
            "for number in (1, 2, 3):\n"
            "    os.kill(os.getpid(), signal.SIGUSR2)\n"
            "    while len(glob.glob(folder + '/*.rgd')) < number: time.sleep(0.01)\n"
            "    while len(os.listdir('/proc/self/task')) > 1: time.sleep(0.01)\n"  # the dump's thread, until it is done
            "print(len(os.listdir(folder)))"
        )
        self.assertEqual(printed, "3\n")

    def test_a_handler_that_was_there_is_called_too(self):
        printed = self.run_program(
            "signal.signal(signal.SIGUSR2, lambda number, frame: print('called', number == signal.SIGUSR2, frame is not None))\n"
            "uninstall = refgraph.install_dump_signal(signal.SIGUSR2, folder)\n"
            "os.kill(os.getpid(), signal.SIGUSR2)\n"
            "uninstall()\n"
            "os.kill(os.getpid(), signal.SIGUSR2)\n"
        )
        self.assertEqual(printed, "called True True\n" * 2)

    def test_what_goes_wrong_is_logged_and_not_raised(self):
        printed = self.run_program(
            "import logging\n"
            "logging.basicConfig(stream=sys.stdout, format='%(name)s %(levelname)s %(message)s')\n"
            "os.mkdir(folder + '/gone')\n"
            "refgraph.install_dump_signal(directory=folder + '/gone')\n"
            "os.rmdir(folder + '/gone')\n"
            "os.kill(os.getpid(), signal.SIGUSR2)\n"
        )
        self.assertRegex(printed, r"^refgraph WARNING no dump to refgraph-.*\.rgd: cannot write '.*': No such file or directory\n$")

    def test_what_an_audit_hook_raises_is_logged_in_one_line(self):
        printed = self.run_program(
            "import logging\n"
            "logging.basicConfig(stream=sys.stdout, format='%(message)s')\n"
            "def refuse(event, args):\n"
            "    if event == 'refgraph.dump': raise RuntimeError('not here,\\nnot now')\n"
            "sys.addaudithook(refuse)\n"
            "refgraph.install_dump_signal(directory=folder)\n"
            "os.kill(os.getpid(), signal.SIGUSR2)\n"
        )
        self.assertRegex(printed, r"^no dump to refgraph-.*\.rgd: RuntimeError: not here, not now\n$")


class Killed(Folder):
    def start(self, code):
        program = f"import refgraph, os, sys, signal, time\npath = {self.path!r}\n" + code
        return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)

    def temporaries(self):
        return [name for name in os.listdir(self.folder) if name.startswith(".refgraph-")]

    def wait_until(self, condition):
        for _ in range(2000):
            if condition():
                return
            time.sleep(0.01)
        self.fail("it never came to that")

    # A pipe that nobody reads to its end keeps the child of the dump busy for as long as a test wants.
    BLOCKED = (
        "keep = [[i] for i in range(300000)]\n"
        "end, other = os.pipe()\n"
        "result = refgraph.dump(os.fdopen(other, 'wb'), wait=False)\n"
    )

    def children_of(self, pid):
        found = []
        for name in os.listdir("/proc"):
            try:
                with open(f"/proc/{name}/stat") as file:
                    if name.isdigit() and int(file.read().rpartition(")")[2].split()[1]) == pid:
                        found.append(int(name))
            except OSError:
                pass
        return found

    def test_the_child_ends_when_its_parent_is_killed(self):
        process = self.start(self.BLOCKED + "os.read(end, 10)\nprint('ready', flush=True)\ntime.sleep(60)")
        self.assertEqual(process.stdout.readline(), b"ready\n")
        (child,) = self.children_of(process.pid)
        process.kill()
        process.wait()
        process.stdout.close()
        self.wait_until(lambda: not os.path.exists(f"/proc/{child}"))

    def test_a_child_that_is_killed_is_an_error_and_leaves_nothing(self):
        process = self.start(
            self.BLOCKED + "print('ready', flush=True)\n"
            "try: result.wait()\n"
            "except refgraph.FileError as error: print(error)\n"
        )
        self.assertEqual(process.stdout.readline(), b"ready\n")
        (child,) = self.children_of(process.pid)
        os.kill(child, signal.SIGKILL)
        self.assertRegex(process.stdout.read().decode(), "was killed by signal 9 ")
        self.assertEqual(process.wait(), 0)
        process.stdout.close()

    def test_what_a_killed_process_left_is_removed_by_the_next_dump(self):
        left = os.path.join(self.folder, ".refgraph-12345678-1-0")
        refgraph.dump(self.path)
        prefix = self.temporary_prefix()
        for name in (left, os.path.join(self.folder, prefix + "99-0")):
            with open(name, "w"):
                pass
        refgraph.dump(self.path)
        # That of another name stays: its dump may come yet.
        self.assert_only("heap.rgd", os.path.basename(left))

    def temporary_prefix(self):
        """What the temporary names of this file begin with."""
        seen = []
        refgraph.dump(self.path, progress=lambda *_: seen.extend(self.temporaries()))
        return seen[0].rpartition("-")[0].rpartition("-")[0] + "-"

    def test_what_another_process_still_writes_stays(self):
        refgraph.dump(self.path)
        name = os.path.join(self.folder, self.temporary_prefix() + "99-0")
        with open(name, "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            refgraph.dump(self.path)
            self.assertIn(os.path.basename(name), self.temporaries())


class Service(unittest.TestCase):
    def test_many_dumps_of_a_busy_service_lose_nothing(self):
        num_dumps = 30 if support.IS_SANITIZED else 200
        printed = support.run_python(SERVICE, NUM_DUMPS=str(num_dumps))
        signals = f"SIGCHLD {num_dumps // 10} of {num_dumps // 10}"
        self.assertEqual(printed, f"{num_dumps} dumps, no child taken, no child left, {signals}, threads fine\n")


SERVICE = r"""
import os, signal, sys, tempfile, threading, time
import refgraph

sys.setswitchinterval(0.0002)
taken, num_signals = [], 0
stop = threading.Event()
lock = threading.RLock()
counts = [0] * 8
errors = []

def on_child(number, frame):
    global num_signals
    num_signals += 1

signal.signal(signal.SIGCHLD, on_child)

class Node:
    def __init__(self, value):
        self.value, self.next, self.callback = value, None, lambda: value

def work(i):
    kept = []
    try:
        while not stop.is_set():
            # Threads hold locks of Python and of malloc at any moment of a fork.
            with lock:
                kept.append(Node([bytearray(1000 + i) for _ in range(10)]))
            if len(kept) > 50:
                del kept[:25]
            str(kept[-1].value)[:100].encode()
            counts[i] += 1
            time.sleep(0.001)
    except BaseException as error:
        errors.append(error)

expected = set()

def supervise():
    # A supervisor that reaps whatever child there is.
    while not stop.is_set():
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid:
                taken.append(pid)
        except ChildProcessError:
            pass
        time.sleep(0.002)

threads = [threading.Thread(target=work, args=(i,)) for i in range(8)] + [threading.Thread(target=supervise)]
for thread in threads:
    thread.start()
with tempfile.TemporaryDirectory() as folder:
    num_done = 0
    for i in range(int(os.environ["NUM_DUMPS"])):
        path = os.path.join(folder, "heap.rgd")
        if i % 2:
            result = refgraph.dump(path, mode="fork")
        else:
            result = refgraph.dump(path, mode="fork", wait=False).wait()
        assert result.mode == "fork" and result.objects > 1000
        if i % 20 < 2:  # one of each kind
            graph = refgraph.load(path)
            assert graph.num_nodes == result.objects and not graph.truncated
        if i % 10 == 0:
            pid = os.fork()
            if not pid:
                os._exit(0)
            expected.add(pid)
        assert os.listdir(folder) == ["heap.rgd"]
        num_done += 1
before = list(counts)
deadline = time.monotonic() + 10
while (set(taken) != expected or any(now <= then for now, then in zip(counts, before))) and time.monotonic() < deadline:
    time.sleep(0.01)
stop.set()
for thread in threads:
    thread.join()
children = open(f"/proc/self/task/{os.getpid()}/children").read().split() if os.path.exists("/proc/self/task") else []
print(f"{num_done} dumps, {'no child taken' if set(taken) == expected else taken}, "
      f"{'no child left' if not children else children}, SIGCHLD {num_signals} of {len(expected)}, "
      f"threads {'fine' if not errors and all(now > then for now, then in zip(counts, before)) else errors}")
"""


if __name__ == "__main__":
    unittest.main()
