import CConformance
import Foundation

/// The children of this process that run plugins, and what plugins leave behind.
///
/// A process that a plugin starts may leave its group and outlive its parent. It then becomes a child of
/// this process, and carries the mark that every child gets in its environment: so it is found and
/// ended, and no other child of this program is. Thread-safe.
enum Offspring {
  /// An entry of the environment: by it, and by nothing else, offspring is known.
  static let mark = "ACTZOO_OFFSPRING=\(getpid())"

  private static let lock = NSLock()
  nonisolated(unsafe) private static var running = Set<pid_t>()
  /// Orphans come to this process and not to the system's first one.
  private static let adopts: Bool = conformance_adopt_orphans() == 0

  /// Starts a child with `spawn`, so that nothing takes it for an orphan.
  static func start(_ spawn: () -> pid_t?) -> pid_t? {
    lock.lock()
    defer { lock.unlock() }
    _ = adopts
    let child = spawn()
    if let child { running.insert(child) }
    return child
  }

  /// Says that a child of `start` has ended and been waited for; ends whatever it left behind.
  static func ended(_ child: pid_t) {
    lock.lock()
    defer { lock.unlock() }
    running.remove(child)
    // What an orphan had started comes here when the orphan has ended.
    for _ in 0..<100 {
      let orphans = children().filter { !running.contains($0) && isMarked($0) }
      if orphans.isEmpty { return }
      for orphan in orphans {
        kill(orphan, SIGKILL)
        var status: Int32 = 0
        while waitpid(orphan, &status, 0) == -1 && errno == EINTR {}
      }
    }
  }

  /// The children of this process, zombies included; none where the system does not list them.
  static func children() -> [pid_t] {
    let tasks = "/proc/self/task"
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
    return threads.flatMap { thread in
      let text = contents("\(tasks)/\(thread)/children")
      return text.split(separator: UInt8(ascii: " ")).compactMap {
        pid_t(String(decoding: $0, as: UTF8.self))
      }
    }
  }

  private static func isMarked(_ process: pid_t) -> Bool {
    contents("/proc/\(process)/environ").split(separator: 0).contains {
      $0.elementsEqual(mark.utf8)
    }
  }

  /// A file of /proc, whose size is not known before it is read.
  private static func contents(_ path: String) -> Data {
    guard let file = FileHandle(forReadingAtPath: path) else { return Data() }
    return (try? file.readToEnd()) ?? Data()
  }
}
