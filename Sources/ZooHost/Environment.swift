import CSystem

/// What the process's environment says to the host, and whether it may be heard.
///
/// In a setuid, setgid or capability-carrying program (AT_SECURE) the environment belongs to somebody
/// with fewer rights, so all of it is ignored (rule H2).
struct Environment {
  let isHeard: Bool

  init(isHeard: Bool) {
    self.isHeard = isHeard && !Environment.isSecure
  }

  /// Whether the process has rights that its caller does not have.
  static var isSecure: Bool { getauxval(UInt(AT_SECURE)) != 0 }

  /// The value of a variable that is set and not empty.
  subscript(name: String) -> String? {
    guard isHeard, let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// The parts of a list variable, without empty ones.
  func list(_ name: String, separator: UInt8) -> [String] {
    guard let value = self[name] else { return [] }
    return value.utf8.split(separator: separator).map { String(decoding: $0, as: UTF8.self) }
  }
}

/// The patterns of ACTZOO_DISABLE: `whole`, `prefix*`, `*suffix` or `*part*`.
struct NamePatterns {
  let patterns: [String]

  func matches(_ name: String) -> Bool { patterns.contains { NamePatterns.match($0, name) } }

  private static func match(_ pattern: String, _ name: String) -> Bool {
    var middle = Array(pattern.utf8)
    let name = Array(name.utf8)
    let star = UInt8(ascii: "*")
    let openStart = middle.first == star
    if openStart { middle.removeFirst() }
    let openEnd = middle.last == star
    if openEnd { middle.removeLast() }
    guard middle.count <= name.count else { return false }
    switch (openStart, openEnd) {
    case (false, false): return middle == name
    case (false, true): return name.starts(with: middle)
    case (true, false): return name.reversed().starts(with: middle.reversed())
    case (true, true):
      return (0...(name.count - middle.count)).contains { name[$0...].starts(with: middle) }
    }
  }
}
