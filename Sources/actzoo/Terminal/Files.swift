import Foundation

/// Writes a file; a reader sees the old content or the new one, nothing between.
func write(_ text: String, to path: String) throws(CommandFailure) {
  do { try text.write(toFile: path, atomically: true, encoding: .utf8) } catch {
    throw CommandFailure("cannot write \(path): \(error.localizedDescription)")
  }
}

/// Writes files into a folder, which is made if it is missing; all of them, or none.
func write(_ files: [(name: String, text: String)], into folder: String) throws(CommandFailure) {
  let manager = FileManager.default
  let isNew = !manager.fileExists(atPath: folder)
  var written: [String] = []
  func draft(_ name: String) -> String { "\(folder)/.\(name).\(getpid())" }
  do {
    try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, text) in files {
      written.append(draft(name))
      try text.write(toFile: draft(name), atomically: false, encoding: .utf8)
    }
    for (name, _) in files where rename(draft(name), "\(folder)/\(name)") != 0 {
      throw CocoaError(.fileWriteUnknown)
    }
  } catch {
    for path in written { try? manager.removeItem(atPath: path) }
    if isNew { try? manager.removeItem(atPath: folder) }
    throw CommandFailure("cannot write into \(folder): \(error.localizedDescription)")
  }
}
