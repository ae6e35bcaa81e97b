/// A numbered rule of the contract (Include/actzoo/plugin.h), as tests and messages name it.
public struct Rule: Sendable {
  /// "P6".
  public let number: String
  /// "bounds".
  public let name: String
  /// The sentence of the header.
  public let text: String
  /// What goes wrong in callers where it is broken.
  public let consequence: String
}

extension Rule {
  /// The rule of this number, or nil.
  public static func numbered(_ number: String) -> Rule? { all.first { $0.number == number } }

  /// All rules for plugins, in order.
  ///
  /// A test holds the texts against the header.
  public static let all: [Rule] = [
    Rule(
      number: "P1", name: "exports",
      text:
        "The only exported symbol is actzoo_plugin_v1 (a later major version: actzoo_plugin_v2).",
      consequence: "Two plugins, or a plugin and its caller, take each other's functions."),
    Rule(
      number: "P2", name: "lifetime",
      text: """
        Whatever a plugin hands out is constant and valid until the process exits. There is no init, \
        no deinit and no unload, and no constructor runs when the library is loaded.
        """,
      consequence: "Threads that share a plugin race; programs crash when they end."),
    Rule(
      number: "P3", name: "growth",
      text: """
        Fields are only ever appended. A reader touches a field only if ACTZOO_HAS() says that the \
        writer had it; `size` is compared with >=, never with ==. Absent means zero.
        """,
      consequence: "The plugin breaks on an older or a newer host."),
    Rule(
      number: "P4", name: "needs",
      text: "needs_minor is the oldest host that serves what the plugin USES, not what built it.",
      consequence: "Old hosts refuse a plugin that they could serve, or take one that they cannot."),
    Rule(
      number: "P5", name: "purity",
      text: """
        Loading and calling leave the process as it was: floating-point control word, locale, signal \
        handlers, files, environment. The host calls kernels with round-to-nearest and with \
        subnormals on.
        """,
      consequence: "Other code of the process computes something else, silently."),
    Rule(
      number: "P6", name: "bounds",
      text: """
        A kernel reads and writes the elements of the box and nothing else; inputs are never written, \
        outputs not wanted (NULL) are not touched.
        """,
      consequence: "Memory of the caller is corrupted, or the process is killed."),
    Rule(
      number: "P7", name: "alignment",
      text: "Operands are aligned to their element, and nothing more may be assumed.",
      consequence: "A crash on the first view that begins at an odd element."),
    Rule(
      number: "P8", name: "purity of results",
      text: """
        The bits of an element do not depend on its address, on its place in the box, on how the host \
        cut the box, or on the thread.
        """,
      consequence: "A training run cannot be repeated."),
    Rule(
      number: "P9", name: "adding",
      text: "dparam is ADDED to, in double. Everything else that is written is overwritten.",
      consequence: "Gradients of all parts of the work but the last are lost."),
    Rule(
      number: "P10", name: "accuracy",
      text: "Every claim of the text holds: |error| <= ulp * ulp(exact) + abs.",
      consequence: "Results are wrong where the author said that they are right."),
    Rule(
      number: "P11", name: "memory",
      text: """
        Nothing allocated on one side is freed on the other; the caller owns every buffer. Kernels do \
        not allocate, block, log, throw or start threads: the host splits the work.
        """,
      consequence: "Slow, unsteady calls, and deadlocks in real-time or forked programs."),
    Rule(
      number: "P12", name: "refusal",
      text: """
        A kernel decides UNSUPPORTED or INVALID from sizes, strides, counts and NULLs alone, before it \
        touches an operand, so that every shard of a call agrees.
        """,
      consequence: "Half of a tensor is computed by a kernel, and half of it is refused."),
    Rule(
      number: "P13", name: "text",
      text:
        "The descriptor parses, and every kernel row names an activation that it describes.",
      consequence: "The host refuses the plugin, or never calls the kernel."),
    Rule(
      number: "P14", name: "level",
      text: """
        The library runs on the CPU level that its text and its file name say, or on the \
        architecture's first level when they say none.
        """,
      consequence: "An illegal instruction on somebody else's machine."),
    Rule(
      number: "P15", name: "linkage",
      text: """
        No text relocations, no executable stack, no RUNPATH, no unique symbols (STB_GNU_UNIQUE); it \
        needs libc, libm and the loader, and no other library.
        """,
      consequence: "The plugin does not load on hardened or minimal systems."),
    Rule(
      number: "P16", name: "flags",
      text: """
        A row's flags are true: the in-place calls that it declares give the bits of the others, and \
        backward reads x and y only where NEEDS_X and NEEDS_Y say so.
        """,
      consequence: "The host frees or overwrites a tensor that the kernel still reads."),
    Rule(
      number: "P17", name: "passes",
      text: """
        fused gives the bits of forward and of backward; dy absent means dy = 1; the same noise gives \
        the same bits in every pass.
        """,
      consequence: "Gradients belong to another function than the value does."),
  ]
}
