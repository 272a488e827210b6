"""Objects with callbacks of their own that capture them, and a parent and its children that know each other by
closures: cycles that the collector frees."""


class Button:
    def __init__(self, dialog, label):
        self.label = label
        self.icon = bytearray(10_000)
        self.on_click = lambda: dialog.choose(self)


class Dialog:
    def __init__(self):
        self.choice = None
        self.buttons = [Button(self, label) for label in ("Yes", "No", "Cancel")]
        self.on_close = lambda: self.choose(self.buttons[-1])
        self.closed = False

    def choose(self, button):
        self.choice = button
        self.closed = True


def step():
    dialog = Dialog()
    dialog.buttons[0].on_click()
    dialog.on_close()
