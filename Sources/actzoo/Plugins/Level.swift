import CActZoo
import CSystem

/// An instruction-set level that a plugin can be built for: rule P14.
enum Level: String, CaseIterable {
  case x86v1 = "x86-64"
  case x86v2 = "x86-64-v2"
  case x86v3 = "x86-64-v3"
  case x86v4 = "x86-64-v4"
  case aarch64 = "aarch64"

  /// The architecture's first level, which a file name and a text leave unsaid.
  var isFirst: Bool { self == .x86v1 || self == .aarch64 }

  /// `crrelu.actzoo.so`, or `crrelu.x86-64-v4.actzoo.so`.
  func fileName(plugin: String) -> String {
    // An aarch64 library never sits in one folder with x86 ones by accident: it says what it is.
    self == .x86v1 ? "\(plugin).actzoo.so" : "\(plugin).\(rawValue).actzoo.so"
  }

  /// The levels named by `--isa`: a level, `native` (the first and this machine's own), or `all`.
  static func named(_ word: String) throws(CommandFailure) -> [Level] {
    switch word {
    case "native":
      let own = machine
      return own.isFirst ? [own] : [.x86v1, own]
    case "all": return [.x86v1, .x86v3, .x86v4]
    default:
      guard let level = Level(rawValue: word) else {
        let known = allCases.map(\.rawValue).joined(separator: ", ")
        throw CommandFailure("'\(word)' is not an ISA level; use native, all, or one of \(known).")
      }
      return [level]
    }
  }

  /// The highest level that this machine runs.
  static var machine: Level {
    #if arch(arm64)
      return .aarch64
    #else
      let levels: [Level] = [.x86v1, .x86v2, .x86v3, .x86v4]
      return levels[min(max(Int(csystem_cpu_level()), 1), 4) - 1]
    #endif
  }
}
