import CSystem

// Bytes as the file of a plugin: the tables of the library, its manifest and the text in it. Nothing is
// loaded, because the host reads strangers' files long before it loads one.

/// The target `elf`.
func fuzzElf(_ data: UnsafePointer<UInt8>?, _ count: Int) {
  inputFile.hold(data, count)
  for name in ["plugin.actzoo.so", "plugin.actzoo"] {
    do throws(OpenFile.Refusal) {
      let file = try OpenFile.at(inputFile.path)
      let found = try timed("reading the file") { () throws(OpenFile.Refusal) in
        try Candidate(file, path: inputFile.path, name: name)
      }
      // A library may describe no activation; a text may not.
      if found.text.isEmpty || (found.isText && found.descriptor.activations.isEmpty) {
        finding("a candidate without a text")
      }
    } catch {
      if error.text.isEmpty || error.text.utf8.count > 2000 {
        finding("refused with: \(error.text)")
      }
      if !["H7", "P1", "P2", "P13", "P14", "P15"].contains(error.rule) {
        finding("refused by rule '\(error.rule)'")
      }
    }
  }
}

private nonisolated(unsafe) let inputFile = InputFile()

/// A file without a name that holds the input: the reader wants a descriptor, as it does from a zoo.
private final class InputFile {
  private let descriptor: Int32
  let path: String

  init() {
    var name = Array("/tmp/actzoo-fuzz-XXXXXX".utf8CString)
    descriptor = mkstemp(&name)
    if descriptor < 0 { finding("no file can be made in /tmp") }
    unlink(name)
    path = "/proc/self/fd/\(descriptor)"
  }

  func hold(_ data: UnsafePointer<UInt8>?, _ count: Int) {
    guard ftruncate(descriptor, 0) == 0, count == 0 || pwrite(descriptor, data, count, 0) == count
    else { finding("the input cannot be written to /tmp") }
  }
}
