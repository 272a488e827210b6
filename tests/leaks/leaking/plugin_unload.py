"""A plugin that is unloaded but stays: the host forgets the plugin, while the menu still has the command that the
plugin added when it was activated. Each reload in an editor leaves one more plugin and its dictionary."""


class Menu:
    def __init__(self):
        self.commands = []

    def add_command(self, label, action):
        self.commands.append((label, action))

    def remove_command(self, action):
        self.commands = [command for command in self.commands if command[1] is not action]


class Host:
    def __init__(self):
        self.menu = Menu()
        self.plugins = {}

    def load(self, plugin):
        self.plugins[plugin.name] = plugin
        plugin.activate(self)

    def unload(self, name):
        self.plugins.pop(name).deactivate(self)


host = Host()


class SpellChecker:
    name = "spelling"

    def __init__(self):
        self.dictionary = {f"word{number}": number for number in range(1_000)}

    def activate(self, host):
        def check_word(word="word7"):  # leaks here
            return word in self.dictionary

        self.command = check_word
        host.menu.add_command("Check spelling", check_word)

    def deactivate(self, host):
        self.command = None


class TidySpellChecker(SpellChecker):
    def deactivate(self, host):
        host.menu.remove_command(self.command)


def step(plugin_type=SpellChecker):
    host.load(plugin_type())
    host.menu.commands[-1][1]()
    host.unload("spelling")


LEAK = dict(
    site="SpellChecker.activate.<locals>.check_word",
    variable="self",
    holder="Menu.commands",
    mends={"lifetime": lambda: step(TidySpellChecker)},
)
