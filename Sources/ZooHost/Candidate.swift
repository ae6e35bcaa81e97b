import CSystem

#if !ACTZOO_ONE_MODULE
  import Formula
#endif

/// One plugin file that may be used: what its text says, and nothing of it has run.
struct Candidate {
  let path: String
  let identity: FileIdentity
  let descriptor: Descriptor
  let text: String
  /// Level it was compiled for; nil for a text without kernels.
  let level: Level?

  var isText: Bool { level == nil }
  /// Higher is better among the variants of one plugin: any library before the bare text.
  var rank: Int { level?.rank ?? 0 }

  /// Reads and judges one open file: rules P1, P2, P13, P14 and H7.
  init(_ file: OpenFile, path: String, name: String) throws(OpenFile.Refusal) {
    let bytes: [UInt8]
    if name.hasSuffix(".actzoo.so") {
      bytes = try ElfFile(file).manifest
    } else {
      bytes = try Candidate.textBytes(file)
    }
    do throws(ParseError) {
      descriptor = try Candidate.parse(bytes)
    } catch {
      throw OpenFile.Refusal(
        rule: "P13", text: "has a text that does not parse: \(error.description)")
    }
    text = descriptor.text
    try Candidate.checkIds(descriptor, isText: !name.hasSuffix(".actzoo.so"))
    level = name.hasSuffix(".actzoo.so") ? try Candidate.level(descriptor, name) : nil
    self.path = path
    identity = file.identity
  }

  // `withUnsafeBytes` of Array does not pass typed errors on.
  private static func parse(_ bytes: [UInt8]) throws(ParseError) -> Descriptor {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { copy.deallocate() }
    copy.copyBytes(from: bytes)
    return try Descriptor.parse(UnsafeRawBufferPointer(copy))
  }

  private static func textBytes(_ file: OpenFile) throws(OpenFile.Refusal) -> [UInt8] {
    guard file.byteCount <= 1 << 20 else {
      throw OpenFile.Refusal(rule: "P13", text: "is a text of more than 1 MiB; shorten it")
    }
    guard let bytes = file.bytes(at: 0, count: UInt64(file.byteCount)) else {
      throw OpenFile.Refusal(rule: "H7", text: "changed while it was read; try again")
    }
    if bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]) {
      throw OpenFile.Refusal(
        rule: "H7", text: "is a library, not a text; give it a name that ends in .actzoo.so")
    }
    return bytes
  }

  private static func checkIds(
    _ descriptor: Descriptor, isText: Bool
  ) throws(OpenFile.Refusal) {
    var seen = Set<String>()
    for activation in descriptor.activations where !seen.insert(activation.id).inserted {
      throw OpenFile.Refusal(
        rule: "P13", text: "describes \(activation.id) twice; an id is one function")
    }
    // A library may serve other texts than its own.
    if isText && descriptor.activations.isEmpty {
      throw OpenFile.Refusal(rule: "P13", text: "describes no activation; add an activation line")
    }
  }

  /// The level that text and file name agree on.
  private static func level(
    _ descriptor: Descriptor, _ name: String
  ) throws(OpenFile.Refusal) -> Level {
    let said = descriptor.plugin.isa
    let named = Level.inFileName(name)
    if let named, !said.isEmpty, said != named {
      throw OpenFile.Refusal(
        rule: "P14", text: "is named for \(named) but its text says \(said); build it again")
    }
    let wanted = said.isEmpty ? named ?? Level.first.name : said
    guard let level = Level(wanted) else {
      throw OpenFile.Refusal(
        rule: "P14",
        text: "says it is for '\(wanted)'; this machine knows \(joined(Level.names, ", "))")
    }
    return level
  }
}

/// Names in a sentence.
///
/// (`joined` of the standard library is not in the Embedded subset.)
func joined(_ parts: [String], _ separator: String) -> String {
  var result = ""
  for (index, part) in parts.enumerated() {
    if index > 0 { result += separator }
    result += part
  }
  return result
}
