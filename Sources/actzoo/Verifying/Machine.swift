import CSystem
import Foundation

/// Facts about machine and files that a report is to carry.
enum Machine {
  /// "x86-64-v4".
  static var level: String {
    #if arch(x86_64)
      let level = csystem_cpu_level()
      return level > 1 ? "x86-64-v\(level)" : "x86-64"
    #else
      return "aarch64"
    #endif
  }

  /// "AMD EPYC 9R14", as the kernel calls it.
  static var processor: String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces) ?? "this CPU"
  }

  /// A file's SHA-256 in hex, by coreutils' sha256sum; "" where that is missing.
  static func digest(_ path: String) -> String {
    let program = Process()
    program.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    program.arguments = ["sha256sum", "--", path]
    let output = Pipe()
    program.standardOutput = output
    program.standardError = FileHandle.nullDevice
    guard (try? program.run()) != nil else { return "" }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    program.waitUntilExit()
    let hex = String(decoding: data.prefix(64), as: UTF8.self)
    return program.terminationStatus == 0 && hex.count == 64 ? hex : ""
  }
}
