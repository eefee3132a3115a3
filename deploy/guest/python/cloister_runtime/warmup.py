"""What the runtime runs before a session begins.

`CELLS` runs once, in the template, so that no clone has to be the first to load or to prepare something. `AGAIN` runs in
a clone that is kept ready: a clone has no translated code, and short code shall find most of what it needs translated.
"""

CELLS = [
    "1 + 1",
    "import math, json, re, random, datetime, collections, itertools, functools, subprocess, pathlib, uuid, ssl",
    "import numpy as np, pandas as pd\n"
    "frame = pd.DataFrame({'a': np.arange(8.0), 'b': list('abcdefgh'), 'c': pd.date_range('2024-01-01', periods=8)})\n"
    "print(frame.describe(), frame.groupby('b').sum(numeric_only=True), np.random.rand(3))\n"
    "frame",
    "import io\npd.read_csv(io.StringIO(frame.to_csv())).dtypes",
    "import matplotlib.pyplot as plt\n"
    "plt.plot([1, 2, 3], label='a'); plt.title('a b'); plt.xlabel('$x^2$'); plt.legend(); plt.show()",
    "def f(x):\n    return 1 / x\nf(0)",
    "await __import__('asyncio').sleep(0)",
    "!true",
    "{'a': [1, 2.5, None, 'text']}",
    "print('ready')",
]

AGAIN = [
    "import numpy as np, pandas as pd\nprint('ready', 1)",
    "numbers = [number * number for number in range(3)]\nsum(numbers)",
    "f'{len(numbers)}: {numbers[-1]:.1f}'",
]
