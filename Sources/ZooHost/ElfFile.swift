/// What a plugin's file says about itself, read from an open descriptor with every offset checked, and
/// without running anything in it.
struct ElfFile {
  /// The descriptor text of section `.actzoo.manifest`, trailing zeros removed.
  let manifest: [UInt8]

  /// Reads and judges a shared library: rules P1, P2, P13 and H7.
  init(_ file: OpenFile) throws(OpenFile.Refusal) {
    let reader = try ElfReader(file)
    manifest = try reader.manifest()
    try reader.checkDynamicSection()
    try reader.checkExports()
  }
}

/// The tables of a 64-bit little-endian ELF file.
private struct ElfReader {
  let file: OpenFile
  let sections: [Section]
  let dynamic: [(tag: UInt64, value: UInt64)]

  struct Section {
    var name: [UInt8]
    let kind: UInt32
    let address: UInt64
    let offset: UInt64
    let byteCount: UInt64
    let link: UInt32
  }

  typealias Refusal = OpenFile.Refusal

  static let truncated = Refusal(
    rule: "H7", text: "is cut short or damaged: its tables point past its end; copy it again")

  #if arch(x86_64)
    static let machine: UInt64 = 62
  #else
    static let machine: UInt64 = 183
  #endif

  static func machineName(_ code: UInt64) -> String {
    switch code {
    case 3: return "32-bit x86"
    case 40: return "32-bit ARM"
    case 62: return "x86-64"
    case 183: return "aarch64"
    case 243: return "RISC-V"
    default: return "machine \(code)"
    }
  }

  init(_ file: OpenFile) throws(Refusal) {
    self.file = file
    guard let start = file.bytes(at: 0, count: UInt64(min(64, file.byteCount))), start.count >= 4
    else {
      throw Refusal(rule: "H7", text: "is empty or nearly so; copy it again")
    }
    guard start[0] == 0x7f, start[1] == 0x45, start[2] == 0x4c, start[3] == 0x46 else {
      if start.starts(with: "actzoo ".utf8) || start.starts(with: "#".utf8) {
        throw Refusal(
          rule: "H7", text: "is a text, not a library; give it a name that ends in .actzoo")
      }
      throw Refusal(
        rule: "H7", text: "is not a shared library (no ELF header); build or copy it again")
    }
    guard start.count == 64 else { throw ElfReader.truncated }
    let code = number(start, 18, 2)
    guard start[4] == 2, start[5] == 1, code == ElfReader.machine else {
      let made = start[5] == 2 ? "a big-endian machine" : ElfReader.machineName(code)
      throw Refusal(
        rule: "H7",
        text:
          "was built for \(made), this is \(ElfReader.machineName(ElfReader.machine)); build it for this machine"
      )
    }
    guard number(start, 16, 2) == 3 else {
      throw Refusal(rule: "H7", text: "is not a shared library; link it with -shared")
    }
    sections = try ElfReader.readSections(file, start)
    dynamic = try ElfReader.readDynamic(file, start)
  }

  private static func readSections(_ file: OpenFile, _ header: [UInt8]) throws(Refusal) -> [Section]
  {
    let offset = number(header, 40, 8)
    let count = number(header, 60, 2)
    let namesIndex = number(header, 62, 2)
    guard offset != 0, count != 0 else {
      throw Refusal(
        rule: "P13",
        text: "has no section table, so no manifest can be found; do not strip sections")
    }
    guard number(header, 58, 2) == 64, namesIndex < count,
      let table = file.bytes(at: offset, count: count * 64)
    else { throw truncated }
    func section(_ index: Int) -> Section {
      let at = index * 64
      return Section(
        name: [], kind: UInt32(number(table, at + 4, 4)), address: number(table, at + 16, 8),
        offset: number(table, at + 24, 8), byteCount: number(table, at + 32, 8),
        link: UInt32(number(table, at + 40, 4)))
    }
    let namesSection = section(Int(namesIndex))
    guard namesSection.byteCount <= 1 << 20,
      let names = file.bytes(at: namesSection.offset, count: namesSection.byteCount)
    else { throw truncated }
    var result: [Section] = []
    for index in 0..<Int(count) {
      var one = section(index)
      // Longer than any name that is asked for; a damaged table can name the same mebibyte 65,535 times.
      one.name = terminated(names, from: Int(number(table, index * 64, 4)), most: 32)
      result.append(one)
    }
    return result
  }

  /// The loader's own table: it, not the section table, decides what happens at load time.
  private static func readDynamic(
    _ file: OpenFile, _ header: [UInt8]
  ) throws(Refusal) -> [(tag: UInt64, value: UInt64)] {
    let count = number(header, 56, 2)
    guard number(header, 54, 2) == 56,
      let table = file.bytes(at: number(header, 32, 8), count: count * 56)
    else { throw truncated }
    var result: [(tag: UInt64, value: UInt64)] = []
    var isFound = false
    for index in 0..<Int(count) {
      let at = index * 56
      let kind = number(table, at, 4)
      let offset = number(table, at + 8, 8)
      let byteCount = number(table, at + 32, 8)
      // A library whose segments are not all there would be killed by SIGBUS in the loader.
      guard
        kind != 1
          || (offset <= UInt64(file.byteCount)
            && byteCount <= UInt64(file.byteCount) - offset)
      else { throw truncated }
      guard kind == 2 else { continue }
      // A second table is what the loader would obey, so there may be none.
      guard !isFound, byteCount <= 1 << 20,
        let entries = file.bytes(at: offset, count: byteCount)
      else { throw truncated }
      isFound = true
      for entry in 0..<entries.count / 16 {
        let tag = number(entries, entry * 16, 8)
        if tag == 0 { break }
        result.append((tag, number(entries, entry * 16 + 8, 8)))
      }
    }
    guard !result.isEmpty else {
      throw Refusal(rule: "H7", text: "is not a shared library; link it with -shared")
    }
    return result
  }

  private func value(_ tag: UInt64) -> UInt64? { dynamic.first { $0.tag == tag }?.value }

  /// The text, of which there must be exactly one.
  func manifest() throws(Refusal) -> [UInt8] {
    let found = sections.filter { $0.name == Array(".actzoo.manifest".utf8) }
    guard let section = found.first else {
      throw Refusal(
        rule: "P13",
        text:
          "has no section .actzoo.manifest, so it is not a plugin; add ACTZOO_MANIFEST (plugin.h)")
    }
    guard found.count == 1 else {
      throw Refusal(rule: "P13", text: "has two manifests; a plugin has one")
    }
    guard section.byteCount <= 1 << 20 else {
      throw Refusal(rule: "P13", text: "has a manifest of more than 1 MiB; shorten it")
    }
    guard section.kind != 8, var text = file.bytes(at: section.offset, count: section.byteCount)
    else {
      throw ElfReader.truncated
    }
    while text.last == 0 { text.removeLast() }
    guard !text.isEmpty else { throw Refusal(rule: "P13", text: "has an empty manifest") }
    if let zero = text.firstIndex(of: 0) {
      let rest = text[zero...].drop { $0 == 0 }
      throw Refusal(
        rule: "P13",
        text: rest.starts(with: "actzoo ".utf8)
          ? "has two manifests; a plugin has one"
          : "has a zero byte inside its manifest; it must be one text")
    }
    return text
  }

  /// P2: nothing runs when it is loaded.
  ///
  /// A C compiler's own start-up code is one entry of 8 bytes and `_init`; -ffast-math adds a
  /// second one, which would set FTZ for the whole process.
  func checkDynamicSection() throws(Refusal) {
    if value(15) != nil || value(29) != nil {
      throw Refusal(
        rule: "H7", text: "has a RUNPATH, which cannot work as it is loaded; link it without -rpath"
      )
    }
    let constructors = value(27) ?? 0
    if constructors > 8 {
      throw Refusal(
        rule: "P2",
        text:
          "runs \(constructors / 8 - 1) constructor(s) when it is loaded; remove them (-ffast-math at link time and C++ globals add one)"
      )
    }
    if let initializer = value(12),
      !sections.contains(where: { $0.name == Array(".init".utf8) && $0.address == initializer })
    {
      throw Refusal(rule: "P2", text: "runs a function of its own when it is loaded; remove -init")
    }
  }

  /// P1: only the entry, and it.
  func checkExports() throws(Refusal) {
    let symbolTable = sections.first { $0.kind == 11 }
    guard let symbolTable, symbolTable.byteCount <= 1 << 24, Int(symbolTable.link) < sections.count,
      let symbols = file.bytes(at: symbolTable.offset, count: symbolTable.byteCount)
    else { throw ElfReader.truncated }
    let strings = sections[Int(symbolTable.link)]
    guard strings.byteCount <= 1 << 24,
      let names = file.bytes(at: strings.offset, count: strings.byteCount)
    else { throw ElfReader.truncated }
    var hasEntry = false
    for index in 0..<symbols.count / 24 {
      let at = index * 24
      let section = number(symbols, at + 6, 2)
      let binding = symbols[at + 4] >> 4
      let visibility = symbols[at + 5] & 3
      // Defined, not absolute (the linker's version names), global or weak or unique, not hidden.
      guard section != 0, section != 0xfff1, binding != 0, visibility == 0 || visibility == 3 else {
        continue
      }
      let name = String(
        decoding: terminated(names, from: Int(number(symbols, at, 4)), most: 64), as: UTF8.self)
      if name == "actzoo_plugin_v1" {
        hasEntry = true
      } else if !name.hasPrefix("actzoo_plugin_v") && !linkerNames.contains(name) {
        throw Refusal(
          rule: "P1",
          text:
            "exports '\(name)'; only actzoo_plugin_v1 may be exported: make it static or build with -fvisibility=hidden"
        )
      }
    }
    guard hasEntry else {
      throw Refusal(
        rule: "P1",
        text: "does not export actzoo_plugin_v1; define it with ACTZOO_EXPORT (plugin.h)")
    }
  }
}

/// Names that older linkers export from every library.
private let linkerNames = ["_init", "_fini", "__bss_start", "_edata", "_end"]

/// A little-endian number of `count` bytes; the caller has checked the bounds.
private func number(_ bytes: [UInt8], _ at: Int, _ count: Int) -> UInt64 {
  var result: UInt64 = 0
  for index in 0..<count { result |= UInt64(bytes[at + index]) << UInt64(8 * index) }
  return result
}

/// The bytes from `start` to the next zero or the end, `most` of them; empty if `start` is outside.
private func terminated(_ bytes: [UInt8], from start: Int, most: Int) -> [UInt8] {
  guard start >= 0, start < bytes.count else { return [] }
  let tail = bytes[start..<min(start + most, bytes.count)]
  return Array(tail[..<(tail.firstIndex(of: 0) ?? tail.endIndex)])
}
