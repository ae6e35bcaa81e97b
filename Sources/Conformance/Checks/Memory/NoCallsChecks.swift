extension Checks {
  static let noCalls: [Check] = [
    Check(
      "no-alloc", .memory, rule: "P11",
      summary: """
        While all passes run, the library's calls of allocators (malloc and its kin, C++'s new, Rust's, \
        mmap) are counted: there must be none. Allocators that are linked into the library are not seen.
        """,
      why: """
        malloc takes locks: a kernel that uses it blocks real-time threads, deadlocks after fork, and \
        is slower than the arithmetic in it.
        """,
      mend: "Work element by element or in blocks of a fixed size on the stack (a few KiB).",
      mutants: ["allocates", "maps-memory"],
      run: { try forbid($0, allocators, "allocates or frees memory") }
    ),
    Check(
      "no-io", .memory, rule: "P11",
      summary:
        "While all passes run, the library's calls of files, output and bare system calls are counted.",
      why:
        "A line printed by a kernel appears millions of times, amid the output of a program that owns it.",
      mend: "Write the reason for a refusal into call->message; remove traces and logs.",
      mutants: ["prints", "logs"], run: { try forbid($0, inputOutput, "reads, writes or prints") }),
    Check(
      "no-threads", .memory, rule: "P11",
      summary: """
        While all passes run, the library's calls that start threads or processes, wait, lock or throw \
        are counted.
        """,
      why: """
        The host splits the work already: threads of a plugin fight with the host's over the same \
        processors, and an exception that leaves a C function ends the process.
        """,
      mend: "Compute the box on the calling thread (no OpenMP, no async); C++: -fno-exceptions.",
      mutants: ["starts-threads"],
      run: { try forbid($0, threads, "starts threads or processes, waits, locks or throws") }),
  ]

  private static func forbid(_ test: Test, _ names: [String], _ deed: String) throws {
    let kernel = try test.kernel
    if kernel.isForeign { return test.skip("a foreign library's own calls are not watched.") }
    var watch = try ImportWatch(test.plugin.open(), names)
    if watch.isIdle { return test.note("the library imports no function that \(deed)") }
    var random = test.random(6)
    let setting = Setting.initial(kernel.activation)
    let extents = [
      [1, 1, 1, 1], [1, 1, 1, 37], [1, 1, 3, 100], [2, 3, 4, 5], [1, 1, 1, 20_000],
    ]
    for trial in test.trials(extents.count) {
      var inputs = BoxInputs.random(kernel, extents[trial], setting, &random)
      if trial == 3 { inputs.spreadParameters([false, true, false, false]) }
      for pass in kernel.passes {
        let call = BoxCall(inputs, pass)
        watch.restart()
        _ = call.run(kernel, test.board)
        let calls = watch.calls
        guard !calls.isEmpty else { continue }
        let names = calls.map { "\($0.name) (\($0.count == 1 ? "once" : "\($0.count) times"))" }
        test.fail(
          "\(call.text): the plugin called \(names.joined(separator: ", ")), which \(deed).",
          test.witness(call, trial, nil))
      }
      if test.isDecided { return }
    }
  }

  private static let allocators = [
    "malloc", "calloc", "realloc", "reallocarray", "free", "aligned_alloc", "posix_memalign",
    "memalign", "valloc", "pvalloc", "cfree", "strdup", "strndup", "asprintf", "vasprintf", "mmap",
    "mmap64", "munmap", "mremap", "mprotect", "madvise", "brk", "sbrk", "shm_open", "memfd_create",
    // C++: new, delete and their variants.
    "_Znwm", "_Znam", "_ZdlPv", "_ZdaPv", "_ZdlPvm", "_ZdaPvm", "_ZnwmSt11align_val_t",
    "_ZnamSt11align_val_t", "_ZdlPvSt11align_val_t", "_ZdaPvSt11align_val_t",
    "_ZnwmRKSt9nothrow_t", "_ZnamRKSt9nothrow_t", "_ZdlPvmSt11align_val_t",
    "_ZdaPvmSt11align_val_t", "__rust_alloc", "__rust_dealloc", "__rust_realloc",
    "__rust_alloc_zeroed", "swift_slowAlloc", "swift_slowDealloc", "swift_allocObject",
  ]

  private static let inputOutput = [
    "printf", "fprintf", "dprintf", "vprintf", "vfprintf", "vdprintf", "__printf_chk",
    "__fprintf_chk", "__dprintf_chk", "__vprintf_chk", "__vfprintf_chk", "puts", "fputs", "putchar",
    "putc", "fputc", "fwrite", "fread", "fgets", "fgetc", "getc", "getchar", "getline", "scanf",
    "fscanf", "__isoc99_scanf", "__isoc99_fscanf", "fflush", "fopen", "fopen64", "fdopen",
    "freopen", "fclose", "fseek", "perror", "psignal", "write", "writev", "pwrite", "pwrite64",
    "read", "readv", "pread", "pread64", "open", "open64", "openat", "openat64", "creat", "close",
    "dup", "dup2", "pipe", "pipe2", "socket", "connect", "send", "sendto", "recv", "recvfrom",
    "ioctl", "fcntl", "stat", "fstat", "lstat", "access", "unlink", "rename", "mkdir", "opendir",
    "readdir", "tmpfile", "mkstemp", "syslog", "openlog", "vsyslog", "syscall",
    "getrandom", "getentropy",
  ]

  private static let threads = [
    "pthread_create", "pthread_join", "pthread_detach", "thrd_create", "clone", "fork", "vfork",
    "_Fork", "posix_spawn", "posix_spawnp", "system", "popen", "execv", "execve", "execvp", "sleep",
    "usleep", "nanosleep", "clock_nanosleep", "thrd_sleep", "pause", "sigsuspend", "sigwait",
    "poll",
    "ppoll", "select", "pselect", "epoll_wait", "wait", "waitpid", "sched_yield",
    "pthread_mutex_lock", "pthread_mutex_trylock", "pthread_mutex_timedlock",
    "pthread_rwlock_rdlock",
    "pthread_rwlock_wrlock", "pthread_spin_lock", "pthread_cond_wait", "pthread_cond_timedwait",
    "pthread_barrier_wait", "pthread_once", "call_once", "mtx_lock", "cnd_wait", "sem_wait",
    "sem_timedwait", "__cxa_guard_acquire", "__cxa_throw", "__cxa_rethrow",
    "_Unwind_RaiseException",
    "_Unwind_Resume", "GOMP_parallel", "__kmpc_fork_call", "longjmp", "siglongjmp", "raise",
    "kill", "dlopen", "dlsym",
  ]
}
