"""A lambda that captures self and is stored on self: a cycle of an object and its own callback. No leak while the
collector runs; a game that turned it off, so that no frame is late, keeps each enemy that was ever on the screen."""

import weakref


class Enemy:
    def __init__(self):
        self.sprite = bytearray(32_000)
        self.health = 3
        self.listen()

    def listen(self):
        self.on_hit = lambda damage: self.hurt(damage)  # leaks here

    def hurt(self, damage):
        self.health -= damage

    def die(self):
        self.health = 0


class EnemyWithoutCycle(Enemy):
    def die(self):
        self.on_hit = None


class WeakEnemy(Enemy):
    def listen(self):
        hurt = weakref.WeakMethod(self.hurt)
        self.on_hit = lambda damage: hurt()(damage)


class ReleasingEnemy(Enemy):
    def listen(self):
        enemy = self

        def on_hit(damage):
            enemy.hurt(damage)

        def forget():
            nonlocal enemy
            enemy = None

        self.on_hit, self.forget = on_hit, forget

    def die(self):
        self.forget()


def step(enemy_type=Enemy):
    enemy = enemy_type()
    enemy.on_hit(1)
    enemy.die()


COLLECTOR = False
LEAK = dict(
    site="Enemy.listen.<locals>.<lambda>",
    variable="self",
    holder="cycle",
    mends={
        "cycle": lambda: step(EnemyWithoutCycle),
        "release": lambda: step(ReleasingEnemy),
        "weak": lambda: step(WeakEnemy),
    },
)
