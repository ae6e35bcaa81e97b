extension Checks {
  static let linkage: [Check] = [
    Check(
      "no-constructors", .abi, rule: "P2", scope: .file,
      summary: """
        Nothing runs when the library is loaded: .init_array has only the compiler's own entry (one, of \
        8 bytes), DT_INIT only the compiler's _init.
        """,
      why: """
        gcc links a constructor into every shared library that is linked with -ffast-math, and loading \
        it flushed subnormals to zero in whole Python processes.
        """,
      mend: """
        Compute tables when building instead of loading; C++: no globals with constructors (use \
        constexpr or constinit); leave -ffast-math out of the link command.
        """,
      mutants: ["constructor"], run: whereThereIsOne(noConstructors)),
    Check(
      "no-destructors", .abi, rule: "P2", scope: .file,
      summary: """
        Nothing of the library runs when the process ends: .fini_array has only the compiler's entry, \
        DT_FINI only _fini, and atexit and its relatives are not imported.
        """,
      why: "Other threads still call kernels while the process ends, and meet what was torn down.",
      mend:
        "Hold no state that needs an end; C++: no globals with destructors, no function statics.",
      mutants: ["destructor"], run: whereThereIsOne(noDestructors)),
    Check(
      "no-textrel", .abi, rule: "P15", scope: .file,
      summary: "The loader need not write into the code (no DT_TEXTREL, no DF_TEXTREL).",
      why:
        "Hardened systems (SELinux, Android) refuse to make code writable, and to load the library.",
      mend:
        "Build every object with -fPIC, assembler included; link with -Wl,-z,text to be told where.",
      mutants: ["text-relocation"], run: whereThereIsOne(noTextRelocations)),
    Check(
      "no-execstack", .abi, rule: "P15", scope: .file,
      summary: "The library has a PT_GNU_STACK segment that does not ask for an executable stack.",
      why: """
        One such library makes the stacks of the whole process executable; since 2.41 glibc refuses to \
        load it instead.
        """,
      mend: """
        Add .section .note.GNU-stack,\"\",@progbits to assembler sources; avoid nested functions of \
        GNU C; link with -Wl,-z,noexecstack.
        """,
      mutants: ["executable-stack"], run: whereThereIsOne(noExecutableStack)),
    Check(
      "no-runpath", .abi, rule: "P15", scope: .file,
      summary: "The library has neither DT_RUNPATH nor DT_RPATH.",
      why: "A path of the build machine is a place where somebody else may put a library.",
      mend:
        "Link without -rpath; build tools add it by default (CMake: CMAKE_SKIP_RPATH, patchelf).",
      mutants: ["runpath", "rpath"], run: whereThereIsOne(noRunpath)),
    Check(
      "no-unique", .abi, rule: "P15", scope: .file,
      summary: "No symbol is unique in the process (STB_GNU_UNIQUE).",
      why: "Two versions of a plugin share such a variable, whatever the loader is told.",
      mend: "Compile C++ with -fno-gnu-unique and -fvisibility=hidden.",
      mutants: ["unique-symbol"], run: whereThereIsOne(noUniqueSymbols)),
    Check(
      "dependencies", .abi, rule: "P15", scope: .file,
      summary: """
        It needs no library but the C library's own: libc, libm, the loader, and what is part of glibc \
        or of the loader elsewhere (libdl, libpthread, librt).
        """,
      why: """
        Each further library must be on every machine, in a version that suits all plugins of the \
        process; libstdc++ and OpenMP runtimes are the usual ones that do not.
        """,
      mend: """
        C++: -fno-exceptions -fno-rtti, and link with gcc or -nostdlib++; GCC's helpers: \
        -static-libgcc; Rust: no_std; or leave the library out.
        """,
      mutants: ["needs-zlib", "needs-cxx"], run: whereThereIsOne(dependencies)),
  ]

  private enum Tag {
    static let (initialize, finish): (UInt64, UInt64) = (12, 13)
    static let (initArraySize, finiArraySize): (UInt64, UInt64) = (27, 28)
    static let (rpath, runpath, textRelocations, flags): (UInt64, UInt64, UInt64, UInt64) =
      (15, 29, 22, 30)
  }

  /// Entries of an array of functions beyond the compiler's own one.
  private static func surplus(_ image: ElfImage, _ tag: UInt64) -> UInt64 {
    let bytes = image.dynamicValue(tag) ?? 0
    return bytes > 8 ? bytes / 8 - 1 : 0
  }

  /// A function that the library's author named to the linker, in place of the compiler's.
  private static func isOwn(_ image: ElfImage, _ tag: UInt64, _ section: String) -> Bool {
    guard let address = image.dynamicValue(tag) else { return false }
    return !image.sections.contains { $0.name == section && $0.address == address }
  }

  private static func noConstructors(_ test: Test) throws {
    let image = try test.plugin.image()
    let count = surplus(image, Tag.initArraySize)
    if count > 0 {
      test.fail(
        "\(count) function\(count == 1 ? "" : "s") of the library would run when it is loaded "
          + "(.init_array, beside the compiler's own).")
    }
    if isOwn(image, Tag.initialize, ".init") {
      test.fail("a function of the library's own would run when it is loaded (DT_INIT).")
    }
  }

  private static func noDestructors(_ test: Test) throws {
    let image = try test.plugin.image()
    let count = surplus(image, Tag.finiArraySize)
    if count > 0 {
      test.fail(
        "\(count) function\(count == 1 ? "" : "s") of the library would run when the process ends "
          + "(.fini_array, beside the compiler's own).")
    }
    if isOwn(image, Tag.finish, ".fini") {
      test.fail("a function of the library's own would run when the process ends (DT_FINI).")
    }
    let registrars: Set = ["atexit", "on_exit", "__cxa_atexit", "at_quick_exit"]
    for symbol in image.symbols where symbol.isImported && registrars.contains(symbol.name) {
      test.fail(
        "the library calls \(symbol.name), which has functions run when the process ends"
          + (symbol.name == "__cxa_atexit" ? " (C++: a global or static with a destructor)." : "."))
    }
  }

  private static func noTextRelocations(_ test: Test) throws {
    let image = try test.plugin.image()
    if image.dynamicValue(Tag.textRelocations) != nil
      || (image.dynamicValue(Tag.flags) ?? 0) & 4 != 0
    {
      test.fail("the code has addresses that the loader must fill in (DT_TEXTREL).")
    }
  }

  private static func noExecutableStack(_ test: Test) throws {
    let image = try test.plugin.image()
    guard let stack = image.segments.first(where: { $0.kind == 0x6474_e551 }) else {
      return test.fail(
        "the file does not say whether its stack must be executable (no PT_GNU_STACK), so loaders "
          + "take it that it must.")
    }
    if stack.flags & 1 != 0 {
      test.fail("the library asks for an executable stack (PT_GNU_STACK has the flag X).")
    }
  }

  private static func noRunpath(_ test: Test) throws {
    let image = try test.plugin.image()
    for (tag, name) in [(Tag.runpath, "RUNPATH"), (Tag.rpath, "RPATH")] {
      if let value = image.dynamicValue(tag) {
        test.fail("the library has a \(name): \(image.dynamicString(value)).")
      }
    }
  }

  private static func noUniqueSymbols(_ test: Test) throws {
    for symbol in try test.plugin.image().symbols where symbol.binding == 10 {
      test.fail("\(symbol.name) is unique in the process (STB_GNU_UNIQUE).")
    }
  }

  private static func dependencies(_ test: Test) throws {
    let parts = ["libc", "libm", "libdl", "libpthread", "librt"]
    for name in try test.plugin.image().needed {
      let isLoader = name.hasPrefix("ld-linux") || name.hasPrefix("ld-musl")
      // "libm.so.6", and "libc.musl-x86_64.so.1".
      let isPart = parts.contains { name.hasPrefix($0 + ".so") || name.hasPrefix($0 + ".musl-") }
      if !isLoader && !isPart { test.fail("the library needs \(name).") }
    }
  }
}
