import CSystem

/// A level of the x86-64 psABI (1 to 4), or aarch64's only one; what a library was compiled for.
struct Level: Equatable {
  let rank: Int
  let name: String

  #if arch(x86_64)
    static let names = ["x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4"]
    static let foreign = ["aarch64"]
  #else
    static let names = ["aarch64"]
    static let foreign = ["x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4"]
  #endif

  /// The level of that name on this architecture; nil for another architecture's or an unknown one.
  init?(_ name: String) {
    guard let index = Level.names.firstIndex(of: name) else { return nil }
    rank = index + 1
    self.name = name
  }

  private init(rank: Int) {
    self.rank = rank
    name = Level.names[rank - 1]
  }

  /// The architecture's first level, which every machine has.
  static var first: Level { Level(rank: 1) }

  /// The highest level that this machine can run.
  static var ofMachine: Level { Level(rank: min(Int(csystem_cpu_level()), names.count)) }

  /// The level in a file name such as `relu.x86-64-v3.actzoo.so`: its text, which may be unknown.
  static func inFileName(_ name: String) -> String? {
    guard name.hasSuffix(".actzoo.so") else { return nil }
    let stem = name.utf8.dropLast(".actzoo.so".utf8.count)
    guard let dot = stem.lastIndex(of: UInt8(ascii: ".")) else { return nil }
    let tail = String(decoding: stem[stem.index(after: dot)...], as: UTF8.self)
    return tail.hasPrefix("x86-64") || tail.hasPrefix("aarch64") ? tail : nil
  }
}
