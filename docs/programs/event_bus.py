"""Who wants to know of an event says so, and is called when it happens."""


class EventBus:
    def __init__(self):
        self._handlers = {}

    def on(self, event, handler):
        self._handlers.setdefault(event, []).append(handler)

    def off(self, event, handler):
        self._handlers[event].remove(handler)

    def emit(self, event, *values):
        for handler in self._handlers.get(event, ()):
            handler(*values)


bus = EventBus()
