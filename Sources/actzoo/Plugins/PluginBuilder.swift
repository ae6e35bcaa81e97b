import Formula
import Foundation

/// Compiles a plugin folder into `NAME[.LEVEL].actzoo.so`, one compiler call per level.
///
/// The folder holds one descriptor (`*.actzoo`) and either Swift files that define one type per
/// activation (PluginKit's `Activation`), or C files that define `actzoo_plugin_v1`, or nothing else: then
/// the sources are made from the formulas. Without activations it holds both, the C files with the table. A
/// library appears whole or not at all.
struct PluginBuilder {
  let output: URL
  let toolchain: Toolchain
  var isVerbose = false

  private let descriptor: Descriptor
  private let sources: Sources

  private enum Sources {
    /// Swift files, and the C files with the table of a plugin that describes no activation.
    case swift([String], tables: [String])
    case c([String])
    /// Made from the descriptor; written where it is compiled.
    case made(GeneratedPlugin)
  }

  /// A text by itself becomes a plugin; `language` is nil for the best one that the machine has.
  init(text: TextFile, language: PluginLanguage?, output: URL, toolchain: Toolchain)
    throws(CommandFailure)
  {
    self.output = output
    self.toolchain = toolchain
    descriptor = text.descriptor
    try Self.checkHasNoLevel(descriptor, text.path)
    sources = .made(try GeneratedPlugin(descriptor, language))
  }

  init(folder: URL, output: URL, toolchain: Toolchain) throws(CommandFailure) {
    self.output = output
    self.toolchain = toolchain
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder),
      isFolder.boolValue
    else { throw CommandFailure("there is no folder \(folder.path).") }
    let texts = Toolchain.files(in: folder, "actzoo")
    guard texts.count == 1, let text = texts.first else {
      throw CommandFailure(
        "\(folder.path) holds \(texts.count) descriptor files; a plugin folder has exactly one, "
          + "NAME.actzoo. `actzoo new` writes a folder to start from.")
    }
    descriptor = try TextFile(text).descriptor
    try Self.checkHasNoLevel(descriptor, text)
    let swift = Toolchain.files(in: folder, "swift")
    let c = Toolchain.files(in: folder, "c")
    let isServer = descriptor.activations.isEmpty && !c.isEmpty
    guard isServer || swift.isEmpty || c.isEmpty else {
      throw CommandFailure(
        "\(folder.path) needs either Swift or C files beside its descriptor; it has "
          + "\(swift.count) Swift and \(c.count) C files.")
    }
    if !swift.isEmpty {
      sources = .swift(swift, tables: c)
    } else if !c.isEmpty {
      sources = .c(c)
    } else {
      sources = .made(try GeneratedPlugin(descriptor, nil))
    }
  }

  private static func checkHasNoLevel(_ descriptor: Descriptor, _ path: String)
    throws(CommandFailure)
  {
    guard descriptor.plugin.isa.isEmpty else {
      throw CommandFailure("\(path): leave out `isa`; the build adds it, one level at a time.")
    }
  }

  /// Last component of the plugin's id: the file's name.
  var pluginName: String {
    String(descriptor.plugin.id.split(separator: ".").last ?? "plugin")
  }

  /// Builds one level and returns the library's path.
  func build(_ level: Level) throws(CommandFailure) -> String {
    let work = FileManager.default.temporaryDirectory
      .appendingPathComponent("actzoo-build-\(UUID().uuidString)")
    do {
      try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
    } catch { throw CommandFailure("cannot create \(work.path): \(error.localizedDescription)") }
    defer { try? FileManager.default.removeItem(at: work) }

    let built = work.appendingPathComponent("plugin.so").path
    switch sources {
    case .swift(let files, let tables): try buildSwift(files, tables, level, built, work)
    case .c(let files): try buildC(files, level, built, work)
    case .made(let plugin):
      let files = plugin.files.map { work.appendingPathComponent($0.name).path }
      for (file, path) in zip(plugin.files, files) { try write(file.text, path) }
      switch plugin.language {
      case .swift: try buildSwift(files, [], level, built, work)
      case .c: try buildC(files, level, built, work)
      }
    }
    let library = output.appendingPathComponent(level.fileName(plugin: pluginName)).path
    let staged = library + ".new"
    do {
      try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
      try? FileManager.default.removeItem(atPath: staged)
      try FileManager.default.copyItem(atPath: built, toPath: staged)
    } catch { throw CommandFailure("cannot write \(library): \(error.localizedDescription)") }
    guard rename(staged, library) == 0 else { throw CommandFailure("cannot write \(library).") }
    return library
  }

  private func write(_ text: String, _ path: String) throws(CommandFailure) {
    do { try text.write(toFile: path, atomically: false, encoding: .utf8) } catch {
      throw CommandFailure("cannot write \(path): \(error.localizedDescription)")
    }
  }

  private func run(_ program: String, _ arguments: [String], _ work: URL) throws(CommandFailure) {
    try Toolchain.run(program, arguments, in: work, verbose: isVerbose)
  }

  private var linkOptions: [String] {
    [
      "-z", "defs", "--gc-sections", "-s",
      "--version-script=\(toolchain.include)/actzoo/plugin.map",
    ]
  }

  private func buildC(_ files: [String], _ level: Level, _ built: String, _ work: URL)
    throws(CommandFailure)
  {
    let glue = Glue(descriptor: descriptor, level: level)
    let manifest = work.appendingPathComponent("manifest.c").path
    try write(glue.manifestSource, manifest)
    let compiler = level == .aarch64 ? try Self.crossCompiler() : try Toolchain.cc()
    let march = level == .aarch64 ? [] : ["-march=\(level.rawValue)"]
    try run(
      compiler,
      [
        "-std=c11", "-Wall", "-Wextra", "-Werror", "-O3", "-ffp-contract=off", "-shared", "-fPIC",
        "-fvisibility=hidden",
      ] + march
        // Without a name of its own the library would have that of the temporary file in it.
        + ["-Wl,-soname=\(level.fileName(plugin: pluginName))", "-I", toolchain.include] + files
        + [manifest, "-o", built, "-lm"]
        + linkOptions.map { "-Wl,\($0)" }.joinedPairs(), work)
  }

  private func buildSwift(
    _ files: [String], _ tables: [String], _ level: Level, _ built: String, _ work: URL
  ) throws(CommandFailure) {
    let glue = Glue(descriptor: descriptor, level: level)
    let c = work.appendingPathComponent("glue.c").path
    let swift = work.appendingPathComponent("Glue.swift").path
    try write(tables.isEmpty ? glue.cSource : glue.manifestSource, c)
    try write(glue.swiftSource, swift)
    let swiftc = try Toolchain.swiftc()
    let compile =
      [
        "-Ounchecked", "-wmo", "-parse-as-library", "-enable-experimental-feature", "Embedded",
        "-swift-version", "6", "-warnings-as-errors", "-D", "ACTZOO_ONE_MODULE", "-module-name",
        "ActZooPlugin", "-Xfrontend", "-function-sections",
        // It writes a hash of these very words, temporary paths among them, into the library.
        "-Xfrontend", "-disable-incremental-llvm-codegen",
        "-I", toolchain.include, "-I", toolchain.lanes,
      ] + toolchain.kitSources + files + [swift]
    if level == .aarch64 {
      // The toolchain has no Embedded library for aarch64 Linux, but a bare-metal object links.
      let cross = try Self.crossCompiler()
      let kernels = work.appendingPathComponent("kernels.o").path
      let objects = try objects(of: [c] + tables, by: cross, work)
      try run(
        swiftc,
        compile + ["-target", "aarch64-none-none-elf", "-Xcc", "-fPIC", "-c", "-o", kernels], work)
      try run(
        cross,
        ["-shared", "-nostartfiles", kernels] + objects + ["-o", built, "-lm"]
          + linkOptions.map { "-Wl,\($0)" }.joinedPairs(), work)
    } else {
      let objects = try objects(of: [c] + tables, by: try Toolchain.cc(), work)
      try run(
        swiftc,
        compile
          + [
            // gold keeps the undefined symbols of sections that it drops, and with them glibc 2.36.
            "-use-ld=lld", "-Xcc", "-march=\(level.rawValue)", "-emit-library",
          ] + objects + ["-o", built, "-lm"]
          + linkOptions.flatMap { ["-Xlinker", $0] }, work)
    }
  }

  /// The objects of C files that hold tables, not kernels: for any level.
  private func objects(
    of sources: [String], by compiler: String, _ work: URL
  ) throws(CommandFailure) -> [String] {
    var objects: [String] = []
    for (index, source) in sources.enumerated() {
      let object = work.appendingPathComponent("\(index).o").path
      try run(
        compiler, ["-O2", "-fPIC", "-I", toolchain.include, "-c", source, "-o", object], work)
      objects.append(object)
    }
    return objects
  }

  private static func crossCompiler() throws(CommandFailure) -> String {
    guard let path = Toolchain.find("aarch64-linux-gnu-gcc") else {
      throw CommandFailure(
        "no aarch64-linux-gnu-gcc on PATH: install Debian's gcc-aarch64-linux-gnu and "
          + "libc6-dev-arm64-cross.")
    }
    return path
  }
}

extension [String] {
  /// `-Wl,-z` `-Wl,defs` -> `-Wl,-z,defs`: gcc passes a pair in one word.
  fileprivate func joinedPairs() -> [String] {
    var joined: [String] = []
    for word in self {
      if let last = joined.last, last == "-Wl,-z" {
        joined[joined.count - 1] = "-Wl,-z," + word.dropFirst(4)
      } else {
        joined.append(word)
      }
    }
    return joined
  }
}
