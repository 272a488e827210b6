"""A table of plugins that are loaded when the program starts, with closures as their commands: it is held for good, on
purpose, and no round adds to it."""


class Menu:
    def __init__(self):
        self.commands = {}

    def add_command(self, label, action):
        self.commands[label] = action


menu = Menu()


class SpellChecker:
    def __init__(self, language):
        self.language = language
        self.dictionary = {f"{language}{number}": number for number in range(1_000)}
        menu.add_command(f"Check {language}", lambda word: word in self.dictionary)


plugins = [SpellChecker(language) for language in ("en", "fr", "de")]


def step():
    return [check(f"{plugin.language}7") for plugin in plugins for check in menu.commands.values()]
