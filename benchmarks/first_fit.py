"""From `import kerasschool` to the trained penguins model, in fresh processes: seconds of CPU, and memory.

The network is the first lesson's, 8-12-8-1, 150 epochs on 266 rows at batch 10. Goals: import under 0.25 s, fit
under 1 s, process under 150 MB.
"""

import statistics
import subprocess
import sys

ROUNDS = 5
CHILD = """
import resource, sys, time
start = time.process_time()
import kerasschool as keras
imported = time.process_time()
from kerasschool.datasets import penguins
from kerasschool.layers import Dense
(x, y), _ = penguins.load_data()
x = (x - x.mean(axis=0)) / x.std(axis=0)
model = keras.Sequential([Dense(12, activation="relu"), Dense(8, activation="relu"), Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
built = time.process_time()
model.fit(x, y, epochs=150, batch_size=10, verbose=0)
trained = time.process_time()
unit = 1 if sys.platform == "darwin" else 1024
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
print(imported - start, trained - built, trained - start, memory)
"""
ROWS = ("import, s of CPU", "fit of 150 epochs, s of CPU", "import to trained, s of CPU", "peak memory, MB")


def main():
    rounds = []
    for _ in range(ROUNDS):
        answer = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True)
        rounds.append([float(value) for value in answer.stdout.split()])
    for name, values in zip(ROWS, zip(*rounds)):
        print(f"{name:<30}{statistics.median(values):10.3f}   (lowest {min(values):.3f}, highest {max(values):.3f})")


if __name__ == "__main__":
    main()
