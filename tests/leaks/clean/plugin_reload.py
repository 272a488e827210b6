"""A plugin that is loaded and unloaded, and whose commands are replaced by their label, so that the menu has those of
the last one loaded, and no more."""


class Menu:
    def __init__(self):
        self.commands = {}

    def add_command(self, label, action):
        self.commands[label] = action


class Host:
    def __init__(self):
        self.menu = Menu()
        self.plugin = None

    def load(self, plugin):
        self.plugin = plugin
        plugin.activate(self.menu)


host = Host()


class SpellChecker:
    def __init__(self):
        self.dictionary = {f"word{number}": number for number in range(1_000)}

    def activate(self, menu):
        menu.add_command("Check spelling", lambda word="word7": word in self.dictionary)


def step():
    host.load(SpellChecker())
    return host.menu.commands["Check spelling"]()
