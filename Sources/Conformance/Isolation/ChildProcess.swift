import CConformance
import CSystem
import Foundation

/// This program once more, as a child that may do what it likes: its own process group, limits, a
/// deadline, and a board on which it leaves its answer.
public struct ChildProcess {
  /// How a child ended.
  public enum Ending {
    /// It answered; whatever it did afterwards does not count.
    case answered(Data)
    case exited(code: Int)
    case killed(signal: Int)
    case late
    case notStarted(String)
  }

  /// How it ended.
  public let ending: Ending
  /// What it left.
  public let board: Board
  /// The last of what it wrote to standard output and standard error.
  public let output: String
  /// How long it ran.
  public let seconds: Double

  /// The descriptor on which a child finds its board.
  private static let boardDescriptor: Int32 = 3
  /// A child may write this much before its writes fail.
  private static let outputLimit = 1 << 20

  /// The address space that a child gets: enough for any test, and little enough that two children
  /// which take all of it do not starve the machine.
  public static let defaultMemory = 4 << 30

  /// Runs `arguments` (the first is the hidden word that Main looks for) for `limit` seconds at most.
  ///
  /// `memory` bounds the child's address space in bytes. `onProgress` is told what the child's board
  /// says, about ten times a second.
  public init(
    _ arguments: [String], limit: Double, memory: Int = defaultMemory,
    onProgress: ((Double) -> Void)? = nil
  ) {
    let start = ProcessInfo.processInfo.systemUptime
    let boardFile = Self.memoryFile("board", Board.byteCount)
    let outputFile = Self.memoryFile("output", 0)
    defer {
      close(boardFile)
      close(outputFile)
    }
    guard boardFile >= 0, outputFile >= 0, let board = Board(descriptor: boardFile) else {
      self.board = Board()
      (ending, output, seconds) = (.notStarted("no memory for the child's answer."), "", 0)
      return
    }
    self.board = board
    let words = [arguments[0], "\(memory)"] + arguments.dropFirst()
    guard let child = Offspring.start({ Self.spawn(words, boardFile, outputFile) }) else {
      (ending, output, seconds) = (.notStarted("the child process cannot be started."), "", 0)
      return
    }
    let status = Self.wait(for: child, until: start + limit) { onProgress?(board.progress) }
    // The group, not the process: whatever the plugin started goes with it.
    kill(-child, SIGKILL)
    Offspring.ended(child)
    seconds = ProcessInfo.processInfo.systemUptime - start
    output = Self.tail(outputFile)
    if let answer = board.answer {
      ending = .answered(answer)
    } else if let status {
      let signal = Int(status & 0x7f)
      ending = signal == 0 ? .exited(code: Int(status >> 8 & 0xff)) : .killed(signal: signal)
    } else {
      ending = .late
    }
  }

  // MARK: - In the child

  /// Puts a child under its limits and gives it its board; call first.
  ///
  /// `memory` is the argument after the hidden word: the bytes that it may have, or 0.
  public static func settle(_ memory: String) -> Board? {
    setLimit(RLIMIT_CORE, 0)
    setLimit(RLIMIT_FSIZE, UInt(outputLimit))
    // A write that is too much fails, instead of killing the process.
    signal(SIGXFSZ, SIG_IGN)
    if let bytes = UInt(memory), bytes > 0 { setLimit(RLIMIT_AS, bytes) }
    guard let board = Board(descriptor: boardDescriptor) else { return nil }
    close(boardDescriptor)
    conformance_catch_faults(board.pointer)
    return board
  }

  private static func setLimit(_ resource: __rlimit_resource, _ value: UInt) {
    var limits = rlimit(rlim_cur: value, rlim_max: value)
    setrlimit(resource, &limits)
  }

  // MARK: - In the parent

  private static func memoryFile(_ name: String, _ size: Int) -> Int32 {
    let file = memfd_create(name, 1 /* MFD_CLOEXEC */)
    if file >= 0, size > 0, ftruncate(file, size) != 0 {
      close(file)
      return -1
    }
    return file
  }

  private static func spawn(_ words: [String], _ board: Int32, _ output: Int32) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    posix_spawn_file_actions_adddup2(&actions, board, boardDescriptor)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Nothing of the parent's signals: blocked ones would be inherited.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGMASK))
    posix_spawnattr_setpgroup(&attributes, 0)
    var arguments: [UnsafeMutablePointer<CChar>?] = (["actzoo"] + words).map { strdup($0) }
    defer { for argument in arguments { free(argument) } }
    arguments.append(nil)
    var environment = Self.environment
    defer { for entry in environment { free(entry) } }
    environment.append(nil)
    var child: pid_t = 0
    let result = posix_spawn(
      &child, "/proc/self/exe", &actions, &attributes, arguments, environment)
    return result == 0 ? child : nil
  }

  /// This process's environment, with the mark of its offspring.
  private static var environment: [UnsafeMutablePointer<CChar>?] {
    var entries: [UnsafeMutablePointer<CChar>?] = []
    var entry = Foundation.environ
    while let text = entry.pointee {
      entries.append(strdup(text))
      entry += 1
    }
    return entries + [strdup(Offspring.mark)]
  }

  /// The child's wait status, or nil if it was still running at the deadline and has been killed.
  private static func wait(for child: pid_t, until deadline: Double, _ tick: () -> Void) -> Int32? {
    var status: Int32 = 0
    func reap(_ options: Int32) -> Bool {
      while true {
        let result = waitpid(child, &status, options)
        if result == child { return true }
        if result == -1 && errno == EINTR { continue }
        return result == -1
      }
    }
    // A descriptor of the process becomes readable when it ends: no polling, no signals.
    let watch = conformance_watch_process(child)
    defer { if watch >= 0 { close(watch) } }
    while true {
      let left = deadline - ProcessInfo.processInfo.systemUptime
      if left <= 0 {
        kill(-child, SIGKILL)
        kill(child, SIGKILL)
        _ = reap(0)
        return nil
      }
      var request = pollfd(fd: watch, events: Int16(POLLIN), revents: 0)
      let isPolled = poll(&request, 1, Int32(min(left, 0.1) * 1000) + 1)
      if isPolled > 0 || watch < 0, reap(watch < 0 ? WNOHANG : 0) { return status }
      tick()
    }
  }

  /// The last lines of what a child wrote.
  private static func tail(_ file: Int32) -> String {
    let size = lseek(file, 0, SEEK_END)
    guard size > 0 else { return "" }
    var bytes = [UInt8](repeating: 0, count: min(2000, Int(size)))
    let count = pread(file, &bytes, bytes.count, size - off_t(bytes.count))
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}
