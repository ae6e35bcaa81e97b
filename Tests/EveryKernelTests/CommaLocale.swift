import CSystem
import Foundation

/// A locale that writes 0,5 for a half, made for the test: machines rarely have one installed.
enum CommaLocale {
  /// True if a decimal point is a point now.
  static var isPoint: Bool {
    var text = [CChar](repeating: 0, count: 16)
    withVaList([0.5]) { _ = vsnprintf(&text, text.count, "%.1f", $0) }
    return text[1] == CChar(bitPattern: UInt8(ascii: "."))
  }

  /// Makes and sets it; false where `localedef` is missing.
  static func set() -> Bool {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("actzoo-locale-\(getpid())")
    defer { try? FileManager.default.removeItem(at: folder) }
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let localedef = Process()
    localedef.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    localedef.arguments = [
      "localedef", "-i", "de_DE", "-f", "UTF-8", folder.appendingPathComponent("de_DE.UTF-8").path,
    ]
    localedef.standardError = FileHandle.nullDevice
    guard (try? localedef.run()) != nil else { return false }
    localedef.waitUntilExit()
    setenv("LOCPATH", folder.path, 1)
    return setlocale(LC_ALL, "de_DE.UTF-8") != nil
  }
}
