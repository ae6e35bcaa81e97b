import CActZoo
import CConformance
import CSystem
import Foundation

extension Checks {
  static let loading: [Check] = [
    Check(
      "load-is-pure", .abi, rule: "P5", scope: .file,
      summary: """
        Loading the library and calling its entry leave the process as it was: control words, signal \
        handlers and mask, folder, environment, locale, umask, files, threads, children, timers, what is printed.
        """,
      why: """
        A library linked with gcc's -ffast-math flushed subnormals to zero in every program that loaded \
        it; a plugin that sets the locale breaks the number parsing of all others.
        """,
      mend:
        "Return a constant table from the entry and do nothing else; leave -ffast-math out of the link.",
      mutants: [
        "load-sets-ftz", "load-sets-locale", "load-sets-environment", "load-changes-folder",
        "load-opens-file", "load-installs-handler", "load-starts-thread",
      ],
      run: whereThereIsOne(loadIsPure)),
    Check(
      "level-agrees", .abi, rule: "P14", scope: .file,
      summary: """
        The CPU level of the text (`isa`) is the one in the file's name, and one that this architecture \
        has. Which instructions the code uses is not examined: the other tests run them.
        """,
      why: "A library for AVX-512 under a name for every machine dies of an illegal instruction.",
      mend: """
        Name the file NAME.LEVEL.actzoo.so and write `isa LEVEL` on the text's plugin line, or neither \
        for the architecture's first level.
        """,
      mutants: ["level-disagrees"], run: whereThereIsOne(levelAgrees)),
    Check(
      "load-time", .abi, rule: "P5", scope: .file, isAdvice: true,
      summary: "Loading the library and calling its entry take at most 100 ms.",
      why: "Programs load dozens of plugins when they start.",
      mend: "Have tables computed when building; large ones belong into constant data.",
      mutants: ["load-sleeps"], run: whereThereIsOne(loadTime)),
  ]

  private static func loadIsPure(_ test: Test) throws {
    _ = try test.plugin.image()
    // Once for nothing: what this program itself prepares on first use must not count.
    _ = ProcessState()
    let before = ProcessState()
    test.doing("loading the library")
    _ = try test.plugin.open()
    let loaded = ProcessState()
    for change in loaded.changes(since: before) {
      test.fail("loading the library changed the process: \(change).")
    }
    csystem_set_float_control(csystem_float_default())
    let entry = try test.plugin.entry()
    let host = HostRecord.present
    let open = ProcessState()
    test.doing("the entry")
    _ = entry(host)
    let after = ProcessState()
    csystem_set_float_control(csystem_float_default())
    for change in after.changes(since: open) {
      test.fail("calling the entry changed the process: \(change).")
    }
  }

  private static func levelAgrees(_ test: Test) throws {
    let said = try test.plugin.descriptor().plugin.isa
    let file = (test.plugin.path as NSString).lastPathComponent
    let named = level(inName: file) ?? ""
    let levels = try levels(ofMachine: test.plugin.image().machine)
    for (level, place) in [(said, "the text's `isa`"), (named, "the file's name")]
    where !level.isEmpty && !levels.contains(level) {
      test.fail(
        "\(place) says \(level), which is none of the levels of the library's machine: "
          + levels.joined(separator: ", ") + ".")
    }
    if said == named { return }
    if said.isEmpty {
      test.warn(
        "the file's name (\(file)) says \(named), and the text says nothing: the level is lost when "
          + "the file gets another name.")
    } else {
      test.fail(
        "the text says isa \(said), and the file's name (\(file)) says "
          + (named.isEmpty ? "no level, which stands for every machine." : "\(named)."))
    }
  }

  /// The level in a name such as `relu.x86-64-v3.actzoo.so`.
  private static func level(inName name: String) -> String? {
    guard name.hasSuffix(".actzoo.so") else { return nil }
    let parts = name.dropLast(".actzoo.so".count).split(
      separator: ".", omittingEmptySubsequences: false)
    guard parts.count > 1, let last = parts.last,
      last.hasPrefix("x86-64") || last.hasPrefix("aarch64")
    else { return nil }
    return String(last)
  }

  private static func levels(ofMachine machine: Int) -> [String] {
    switch machine {
    case 62: ["x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4"]
    case 183: ["aarch64"]
    default: []
    }
  }

  private static func loadTime(_ test: Test) throws {
    test.doing("loading the library and calling its entry")
    let start = ProcessInfo.processInfo.systemUptime
    _ = try test.plugin.table()
    let milliseconds = 1000 * (ProcessInfo.processInfo.systemUptime - start)
    test.note("loaded in \(String(format: "%.1f", milliseconds)) ms")
    if milliseconds > 100 {
      test.fail(
        "loading the library and calling its entry took \(Int(milliseconds)) ms, and 100 are plenty."
      )
    }
  }
}
