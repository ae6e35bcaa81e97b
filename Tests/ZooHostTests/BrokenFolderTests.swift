import CActZoo
import CSystem
import Testing
import ZooHost

/// A clean plugin in C, whose parts the tests break: y = x.
func cPlugin(
  id: String = "test.c.same/1", plugin: String = "test.c", manifest: String? = nil,
  rows: String = "&row", count: String = "1", rowId: String? = nil, forward: String = "forward",
  size: String = "sizeof(actzoo_plugin)", entry: String = "return &table;", extra: String = ""
) -> String {
  let text =
    manifest
    ?? "actzoo 1\\nplugin \(plugin) version 1 license MIT\\nactivation \(id) \\\"Same\\\"\\n  formula x\\n"
  return """
    #include "actzoo/plugin.h"
    #include <stdlib.h>
    ACTZOO_MANIFEST const char manifest[] = "\(text)";
    static actzoo_status forward(const void *self, const actzoo_call *c) {
      (void)self;
      for (int64_t i = 0; i < c->extent[0]; i++) for (int64_t j = 0; j < c->extent[1]; j++)
        for (int64_t k = 0; k < c->extent[2]; k++) for (int64_t l = 0; l < c->extent[3]; l++)
          ((float *)c->y.data)[i * c->y.stride[0] + j * c->y.stride[1] + k * c->y.stride[2] + l * c->y.stride[3]] =
            ((const float *)c->x[0].data)[i * c->x[0].stride[0] + j * c->x[0].stride[1] + k * c->x[0].stride[2] + l * c->x[0].stride[3]];
      return ACTZOO_OK;
    }
    static actzoo_status refuse(const void *self, const actzoo_call *c) { (void)self; (void)c; return ACTZOO_UNSUPPORTED; }
    \(extra)
    static const actzoo_kernels row = {sizeof(actzoo_kernels), ACTZOO_F32, 1, 0, "\(rowId ?? id)", 0, \(forward), 0, 0};
    static const actzoo_kernels *const rows[] = {\(rows)};
    static const actzoo_plugin table = {\(size), 0, \(count), rows, 0};
    ACTZOO_EXPORT const actzoo_plugin *actzoo_plugin_v1(const actzoo_host *host) { (void)host; (void)table; (void)refuse; \(entry) }
    """
}

private func patched(_ bytes: [UInt8], at offset: Int, _ values: [UInt8]) -> [UInt8] {
  var result = bytes
  for (index, value) in values.enumerated() { result[offset + index] = value }
  return result
}

@Test("A folder of broken files: every fault has its rule and a sentence, and clean files are used")
func brokenFolder() throws {
  let folder = temporaryFolder()
  func path(_ name: String) -> String { folder + "/" + name }
  #expect(compile(cPlugin(), to: path("clean.actzoo.so")))
  let clean = readFile(path("clean.actzoo.so"))
  var expected: [(name: String, rule: String, words: String)] = []
  func add(_ name: String, _ rule: String, _ words: String, _ bytes: [UInt8]) {
    writeFile(path(name), bytes)
    expected.append((name, rule, words))
  }
  func addC(
    _ name: String, _ rule: String, _ words: String, _ source: String,
    _ flags: String = "-fvisibility=hidden"
  ) {
    #expect(compile(source, to: path(name), flags), "\(name) does not compile")
    expected.append((name, rule, words))
  }
  for part in [5, 63, 64, 1000, clean.count / 2, clean.count - 100] {
    add("cut\(part).actzoo.so", "H7", "", Array(clean[..<part]))
  }
  add("empty.actzoo.so", "H7", "empty", [])
  add("other.actzoo.so", "H7", "was built for aarch64", patched(clean, at: 18, [183, 0]))
  add("class.actzoo.so", "H7", "was built for", patched(clean, at: 4, [1]))
  add("text.actzoo.so", "H7", "ends in .actzoo", Array("actzoo 1\n".utf8))
  add("library.actzoo", "H7", "ends in .actzoo.so", clean)
  add("program.actzoo.so", "H7", "-shared", patched(clean, at: 16, [2, 0]))
  var numbers = Numbers(7)
  add(
    "random.actzoo.so", "H7", "no ELF header",
    (0..<10_000_000).map { _ in UInt8(numbers.next() & 255) })
  add(
    "random.actzoo", "P13", "more than 1 MiB",
    (0..<10_000_000).map { _ in UInt8(numbers.next() & 255) })
  add("garbage.actzoo", "P13", "line 1", (0..<1000).map { _ in UInt8(numbers.next() & 255) })
  let none = cPlugin().replacing("ACTZOO_MANIFEST const char manifest[]", "const char manifest[]")
  addC("none.actzoo.so", "P13", "no section .actzoo.manifest", none)
  addC(
    "two.actzoo.so", "P13", "two manifests",
    cPlugin(extra: "ACTZOO_MANIFEST const char second[] = \"actzoo 1\\n\";"))
  addC(
    "parse.actzoo.so", "P13", "line 4",
    cPlugin(
      manifest:
        "actzoo 1\\nplugin t.p version 1 license MIT\\nactivation t.p/1 \\\"P\\\"\\n  formula x +\\n"
    ))
  addC(
    "twice.actzoo.so", "P13", "twice",
    cPlugin(
      manifest:
        "actzoo 1\\nplugin t.t version 1 license MIT\\nactivation t.t/1 \\\"P\\\"\\n  formula x\\nactivation t.t/1 \\\"Q\\\"\\n  formula x\\n"
    ))
  addC(
    "constructor.actzoo.so", "P2", "constructor",
    cPlugin(extra: "__attribute__((constructor)) static void early(void) { abort(); }"))
  addC(
    "init.actzoo.so", "P2", "-init", cPlugin(extra: "void early(void) { abort(); }"),
    "-fvisibility=hidden -Wl,-init,early")
  addC(
    "exports.actzoo.so", "P1", "exports 'other'", cPlugin(extra: "int other(void) { return 1; }"),
    "")
  addC("runpath.actzoo.so", "H7", "RUNPATH", cPlugin(), "-fvisibility=hidden -Wl,-rpath,/tmp")
  let levelText =
    "actzoo 1\\nplugin t.l version 1 license MIT isa x86-64-v9\\nactivation t.l/1 \\\"L\\\"\\n  formula x\\n"
  addC("level.actzoo.so", "", "x86-64-v9", cPlugin(manifest: levelText))
  addC("named.aarch64.actzoo.so", "P14", "aarch64", cPlugin(id: "t.n/1", plugin: "t.n"))
  addC(
    "disagree.x86-64-v3.actzoo.so", "P14", "its text says x86-64",
    cPlugin(
      manifest:
        "actzoo 1\\nplugin t.d version 1 license MIT isa x86-64\\nactivation t.d/1 \\\"L\\\"\\n  formula x\\n"
    ))
  writeFile(path("open.actzoo.so"), clean, mode: 0o666)
  expected.append(("open.actzoo.so", "H6", "written by everybody"))
  symlink("loop.actzoo.so", path("loop.actzoo.so"))
  expected.append(("loop.actzoo.so", "H7", "loop"))
  symlink("nowhere", path("dangling.actzoo.so"))
  expected.append(("dangling.actzoo.so", "H7", "does not exist"))
  mkdir(path("folder.actzoo.so"), 0o755)
  expected.append(("folder.actzoo.so", "H7", "a folder"))
  mkfifo(path("fifo.actzoo.so"), 0o644)
  expected.append(("fifo.actzoo.so", "H7", "a FIFO"))
  symlink("/dev/zero", path("device.actzoo.so"))
  expected.append(("device.actzoo.so", "H7", "a device"))
  symlink("clean.actzoo.so", path("link.actzoo.so"))
  writeFile(path("zcopy.actzoo.so"), clean)

  let zoo = Zoo(ZooOptions(paths: [folder], onlyPaths: true))
  for (name, rule, words) in expected {
    let found = zoo.reports.filter { $0.path == path(name) && $0.kind == .refused }
    #expect(found.count == 1, "\(name): \(found.count) reports")
    guard let report = found.first else { continue }
    #expect(rule.isEmpty || report.rule == rule, "\(name): rule \(report.rule), \(report.text)")
    #expect(report.text.contains(words), "\(name) should say '\(words)', says: \(report.text)")
  }
  #expect(zoo.activations.map { $0.descriptor.id } == ["test.c.same/1"])
  #expect(zoo.reports.contains { $0.path == path("link.actzoo.so") && $0.kind == .shadowed })
  #expect(zoo.reports.contains { $0.path == path("zcopy.actzoo.so") && $0.kind == .shadowed })
  #expect(try zoo.find("same").bind().usesFormula.forward == false)
}

@Test("A folder that everybody can write is not searched; a name without a slash is refused")
func places() throws {
  let folder = temporaryFolder()
  #expect(compile(cPlugin(), to: folder + "/clean.actzoo.so"))
  chmod(folder, 0o777)
  let open = Zoo(ZooOptions(paths: [folder], onlyPaths: true))
  #expect(open.activations.isEmpty)
  #expect(open.reports.first?.rule == "H6", "\(open.reports)")
  let single = Zoo(ZooOptions(paths: [folder + "/clean.actzoo.so"], onlyPaths: true))
  #expect(single.activations.isEmpty)
  chmod(folder, 0o755)
  let bare = Zoo(ZooOptions(paths: ["clean.actzoo.so", folder], onlyPaths: true))
  #expect(bare.reports.first?.text.contains("no slash") == true)
  #expect(bare.activations.count == 1)
}

@Test("Every truncation of a plugin is refused or read, never worse")
func truncations() throws {
  let folder = temporaryFolder()
  #expect(compile(cPlugin(), to: folder + "/clean.actzoo.so"))
  let clean = readFile(folder + "/clean.actzoo.so")
  unlink(folder + "/clean.actzoo.so")
  let name = folder + "/part.actzoo.so"
  for length in stride(from: 0, to: clean.count, by: 37) {
    writeFile(name, Array(clean[..<length]))
    let zoo = Zoo(ZooOptions(paths: [folder], onlyPaths: true))
    #expect(zoo.activations.isEmpty, "\(length) of \(clean.count) bytes were accepted")
  }
  var numbers = Numbers(3)
  for _ in 0..<2000 {
    var bytes = clean
    for _ in 0..<4 {
      // Half of the changes go to the headers, where they matter.
      let at = Int(numbers.next() % UInt64(numbers.next() % 2 == 0 ? 512 : clean.count))
      bytes[at] = UInt8(numbers.next() & 255)
    }
    writeFile(name, bytes)
    _ = Zoo(ZooOptions(paths: [folder], onlyPaths: true))
  }
}

@Test("Faults of running code are named on first use, and the host lives on")
func brokenEntries() throws {
  let folder = temporaryFolder()
  let cases: [(name: String, words: String, source: String)] = [
    ("null", "returned NULL", cPlugin(id: "t.null/1", plugin: "t.null", entry: "return NULL;")),
    ("small", "size 8", cPlugin(id: "t.small/1", plugin: "t.small", size: "8")),
    ("nokernels", "NULL in row 0", cPlugin(id: "t.nokernels/1", plugin: "t.nokernels", rows: "0")),
    (
      "unknown", "does not describe",
      cPlugin(id: "t.unknown/1", plugin: "t.unknown", rowId: "t.other/1")
    ),
    ("noforward", "no forward", cPlugin(id: "t.noforward/1", plugin: "t.noforward", forward: "0")),
    ("many", "claims", cPlugin(id: "t.many/1", plugin: "t.many", count: "1ull << 60")),
    (
      "newer", "needs contract 1.7",
      cPlugin(
        id: "t.newer/1", plugin: "t.newer",
        entry: "static actzoo_plugin t; t = table; t.needs_minor = 7; return &t;")
    ),
    (
      "ftz", "control word",
      cPlugin(
        id: "t.ftz/1", plugin: "t.ftz",
        entry: "__builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040); return &table;")
    ),
  ]
  for one in cases {
    #expect(compile(one.source, to: folder + "/\(one.name).actzoo.so"), "\(one.name)")
  }
  #expect(compile(cPlugin(), to: folder + "/clean.actzoo.so"))
  let zoo = Zoo(ZooOptions(paths: [folder], onlyPaths: true))
  #expect(zoo.activations.count == cases.count + 1, "\(zoo.reports)")
  for one in cases {
    let before = csystem_float_control() & csystem_float_mode_bits()
    let error = refusal { _ = try zoo.find(one.name).bind() }
    #expect(error?.status == ACTZOO_FAILED, "\(one.name): \(String(describing: error))")
    #expect(error?.message.contains(one.words) == true, "\(one.name): \(error?.message ?? "")")
    #expect(csystem_float_control() & csystem_float_mode_bits() == before, "\(one.name)")
  }
  let bound = try zoo.find("same").bind()
  var call = Call(x: Field([3]))
  for index in 0..<3 { call.x[index] = Double(index) }
  call.y = Field([3])
  try call.with { try bound.forward($0) }
  #expect(call.y!.values == [0, 1, 2])
}

@Test("A file that changes after the search is not loaded")
func changedFile() throws {
  let folder = temporaryFolder()
  #expect(compile(cPlugin(), to: folder + "/clean.actzoo.so"))
  let zoo = Zoo(ZooOptions(paths: [folder], onlyPaths: true))
  #expect(compile(cPlugin(id: "t.new/1"), to: folder + "/clean.actzoo.so"))
  let error = refusal { _ = try zoo.find("same").bind() }
  #expect(error?.message.contains("changed") == true, "\(String(describing: error))")
}

@Test("A kernel that refuses is replaced by the formula")
func unsupportedFallsBack() throws {
  let folder = temporaryFolder()
  #expect(
    compile(
      cPlugin(id: "t.refuse/1", plugin: "t.refuse", forward: "refuse"),
      to: folder + "/refuse.actzoo.so"))
  let bound = try Zoo(ZooOptions(paths: [folder], onlyPaths: true)).find("refuse").bind()
  var call = Call(x: Field([3]))
  for index in 0..<3 { call.x[index] = Double(index) + 0.5 }
  call.y = Field([3])
  try call.with { try bound.forward($0) }
  #expect(call.y!.values == [0.5, 1.5, 2.5])
}

extension String {
  /// This text with `old` replaced by `new`.
  fileprivate func replacing(_ old: String, _ new: String) -> String {
    var result = ""
    var rest = Substring(self)
    while !rest.isEmpty {
      if rest.hasPrefix(old) {
        result += new
        rest = rest.dropFirst(old.count)
      } else {
        result.append(rest.removeFirst())
      }
    }
    return result
  }
}
