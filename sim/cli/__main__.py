"""``python -m sim.cli`` is the ``corridor`` command."""

from sim.cli import main

if __name__ == "__main__":
    main()
