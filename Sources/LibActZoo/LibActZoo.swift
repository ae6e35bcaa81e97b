// LibActZoo
