import CSystem
import Foundation
import ZooHost

/// Loading a plugin where it can do no harm: in a child process with its own process group, limits
/// and a deadline.
///
/// The answer comes over a descriptor of its own, since a plugin may print what it likes.
struct Probe {
  /// The hidden first argument that makes this program the child.
  static let word = "__probe"
  private static let answerDescriptor: Int32 = 3

  let path: String
  /// Nil: every activation of the file loads.
  ///
  /// Otherwise the sentence that says what went wrong.
  let failure: String?

  /// Loads every activation of a plugin file in a child; takes `seconds` at most.
  init(path: String, seconds: Double = 10) {
    self.path = path
    failure = Self.failure(of: path, seconds)
  }

  // MARK: - The child

  /// Loads the plugin named by the argument, answers and exits.
  static func serve(_ arguments: [String]) -> Never {
    limit(RLIMIT_CORE, 0)
    limit(RLIMIT_FSIZE, 0)
    limit(RLIMIT_CPU, 10)
    limit(RLIMIT_AS, 16 << 30)
    var options = ZooOptions()
    options.paths = arguments
    options.onlyPaths = true
    let zoo = Zoo(options)
    for activation in zoo.activations {
      do { try activation.load() } catch {
        answer("failed \(error.message)")
        exit(1)
      }
    }
    answer(zoo.activations.isEmpty ? "failed \(zoo.reports.first?.text ?? "no activation")" : "ok")
    exit(0)
  }

  private static func limit(_ resource: __rlimit_resource, _ value: UInt) {
    var limits = rlimit(rlim_cur: value, rlim_max: value)
    setrlimit(resource, &limits)
  }

  private static func answer(_ text: String) {
    _ = text.withCString { write(answerDescriptor, $0, strlen($0)) }
  }

  // MARK: - The parent

  private static func failure(of path: String, _ seconds: Double) -> String? {
    var ends: [Int32] = [0, 0]
    guard pipe2(&ends, O_CLOEXEC) == 0 else { return "no pipe for the child process." }
    defer { close(ends[0]) }
    guard let child = spawn(path, ends[1]) else {
      close(ends[1])
      return "the child process cannot be started."
    }
    close(ends[1])
    let deadline = ProcessInfo.processInfo.systemUptime + seconds
    let (text, isLate) = read(ends[0], until: deadline)
    // The group, not the process: whatever the plugin started goes with it.
    if isLate { kill(-child, SIGKILL) }
    var status: Int32 = 0
    while waitpid(child, &status, 0) == -1 && errno == EINTR {}
    kill(-child, SIGKILL)
    if text == "ok" { return nil }
    if text.hasPrefix("failed ") { return String(text.dropFirst(7)) }
    if isLate { return "loading takes longer than \(Int(seconds)) s; it was stopped." }
    let signal = status & 0x7F
    guard signal != 0 else { return "it ends the process (exit code \(status >> 8 & 0xFF))." }
    return
      "it crashes the process while loading (signal \(signal), \(String(cString: strsignal(signal))))."
  }

  private static func spawn(_ path: String, _ end: Int32) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, end, answerDescriptor)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    posix_spawnattr_setpgroup(&attributes, 0)
    let words = ["actzoo", word, path]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { text in strdup(text) }
    defer { for argument in arguments { free(argument) } }
    arguments.append(nil)
    var child: pid_t = 0
    let result = posix_spawn(
      &child, "/proc/self/exe", &actions, &attributes, arguments, Foundation.environ)
    return result == 0 ? child : nil
  }

  /// Everything the child says until it closes its end, or until the deadline.
  private static func read(_ end: Int32, until deadline: Double) -> (text: String, isLate: Bool) {
    var bytes: [UInt8] = []
    while true {
      let left = deadline - ProcessInfo.processInfo.systemUptime
      if left <= 0 { return (String(decoding: bytes, as: UTF8.self), true) }
      var request = pollfd(fd: end, events: Int16(POLLIN), revents: 0)
      guard poll(&request, 1, Int32(left * 1000) + 1) > 0 else { continue }
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = Foundation.read(end, &buffer, buffer.count)
      if count <= 0 || bytes.count > 1 << 20 {
        return (String(decoding: bytes, as: UTF8.self), false)
      }
      bytes += buffer[..<count]
    }
  }
}
