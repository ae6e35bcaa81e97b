extension Checks {
  static let conc: [Check] = [
    Check(
      "threads-hammer", .conc, rule: "P8",
      summary: """
        Eight threads call every pass at once, each with operands of its own, again and again; every \
        call must give the bits that one thread alone gives.
        """,
      why: """
        A static buffer, or a table that is filled on first use, works in every test with one thread \
        and gives garbage in the first data loader with two.
        """,
      mend: "Keep scratch on the stack; make tables const and compute them when building.",
      mutants: ["static-scratch", "thread-differs"], run: threadsHammer),
    Check(
      "determinism", .conc, rule: "P8",
      summary: """
        The same call, 100 times with operands elsewhere and other blocks on the heap, gives the same \
        bits each time.
        """,
      why: "A training run that cannot be repeated cannot be debugged.",
      mend:
        "Hold no counter, cache or random state from call to call; read no memory that was not written.",
      mutants: ["every-second-call"], run: determinism),
    Check(
      "reentrancy", .conc, rule: "P8",
      summary: """
        A call is interrupted after every few instructions, and another call of the same library made \
        on the same thread from the signal handler; both must give the bits that they give alone.
        """,
      why: """
        Coroutines, profilers and interpreters interrupt a thread and call again: a thread-local buffer \
        is no better than a static one then.
        """,
      mend:
        "Keep everything that a call computes in its own stack frame: no static, no thread_local.",
      mutants: ["thread-local-scratch"], run: reentrancy),
    Check(
      "after-fork", .conc, rule: "P8",
      summary: "A child of fork computes the same bits as its parent.",
      why:
        "Data loaders fork; a thread or a lock of the library is not there, or is held, in the child.",
      mend: "Hold no thread, no lock and no process id from call to call.",
      mutants: ["fork-differs"], run: afterFork),
  ]
}
