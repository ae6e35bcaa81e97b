import Exporting
import Formula

/// A plugin's C source: for each activation the formula, its symbolic derivatives and a loop over rows; the
/// table; and the text, if it is to be in the file.
///
/// Needs plugin.h and <math.h>, nothing else. f32 is computed in double and f64 in long double, so that the
/// rounding at the end is the only error that counts.
struct CTemplate {
  private let functions: [CFunction]
  private let descriptor: Descriptor?

  /// - Parameter descriptor: the text to put into the source; nil if it stays a file beside it.
  init(_ activations: [ActivationDescriptor], counts: [[Int]], descriptor: Descriptor?)
    throws(CommandFailure)
  {
    self.descriptor = descriptor
    var functions: [CFunction] = []
    for (activation, counts) in zip(activations, counts) {
      functions.append(try CFunction(activation, counts: counts))
    }
    self.functions = functions
  }

  func text() -> String {
    var parts = [header]
    if let descriptor {
      parts.append(Glue(descriptor: descriptor, level: .x86v1).manifestStatement)
    }
    for type in CNumber.allCases {
      parts += cHelpers(functions.flatMap { $0.called(type) }, type)
    }
    parts.append(Self.walking)
    if functions.contains(where: \.hasParameters) { parts.append(Self.parameters) }
    if functions.contains(where: \.learns) { parts.append(Self.sums) }
    for type in CNumber.allCases { parts += functions.map { $0.text(type) } }
    return (parts + [table]).joined(separator: "\n\n") + "\n"
  }

  private var header: String {
    let activations = functions.map(\.activation)
    let equations = activations.map { " * \($0.title) (\($0.id)): \(closed($0.equation))" }
    var sources: [String] = []
    for activation in activations where !activation.source.isEmpty {
      let line = " * Source: \(closed(activation.source))"
      if !sources.contains(line) { sources.append(line) }
    }
    let name = activations.first?.name ?? "plugin"
    let call =
      descriptor == nil
      ? []
      : [" *", " *   cc -O3 -shared -fPIC -I Include \(name).c -lm -o \(name).actzoo.so"]
    let lines =
      ["/* For the Activation Zoo.", " *"] + equations + sources
      + [
        " *",
        " * f32 is computed in double and f64 in long double: one rounding at the end is then the only error",
        " * that counts.",
      ] + call + [" */"]
    return lines.joined(separator: "\n") + "\n#include \"actzoo/plugin.h\"\n#include <math.h>"
  }

  /// A text that ends no comment.
  private func closed(_ text: String) -> String { text.replacing("*/", with: "* /") }

  private static let walking = """
    /* Where an operand's row begins; NULL if the operand is absent. `size` is that of an element. */
    static void *row(const actzoo_view *v, const int64_t at[3], int64_t size) {
      return v->data ? (char *)v->data + size * (v->stride[0] * at[0] + v->stride[1] * at[1] + v->stride[2] * at[2])
                     : NULL;
    }

    /* Refuses with a sentence in the caller's buffer. */
    static actzoo_status refuse(const actzoo_call *c, actzoo_status status, const char *why) {
      uint64_t i = 0;
      if (!c->message || c->message_size == 0) return status;
      for (; why[i] && i + 1 < c->message_size; i++) c->message[i] = why[i];
      c->message[i] = 0;
      return status;
    }
    static int is_row(const actzoo_call *c, const actzoo_view *v) { return v->stride[3] == 1 || c->extent[3] == 1; }

    /* What a kernel decides before it touches an operand. */
    static actzoo_status check(const actzoo_call *c, actzoo_dtype type, int inputs, int noise, int parameters,
                               const int64_t lengths[], int forward, int backward) {
      if (c->size < sizeof *c) return ACTZOO_INVALID;
      if (c->dtype != type) return refuse(c, ACTZOO_UNSUPPORTED, "dtype is not the one of this kernel row");
      if (c->device_type != 1) return refuse(c, ACTZOO_UNSUPPORTED, "device_type is not 1 (CPU)");
      for (int i = 0; i < 4; i++)
        if (c->extent[i] < 0) return refuse(c, ACTZOO_INVALID, "extent has a negative entry");
      for (int i = 0; i < 4; i++)
        if (c->extent[i] == 0) return ACTZOO_OK;
      for (int i = 0; i < inputs; i++)
        if (!c->x[i].data) return refuse(c, ACTZOO_INVALID, "an input has no data");
      if (forward && !c->y.data) return refuse(c, ACTZOO_INVALID, "y has no data");
      if (noise && !c->noise.data) return refuse(c, ACTZOO_INVALID, "noise has no data");
      int is_served = is_row(c, &c->x[0]) && (inputs < 2 || is_row(c, &c->x[1])) && (!noise || is_row(c, &c->noise)) &&
                      (!forward || is_row(c, &c->y));
      if (backward)
        is_served = is_served && (!c->dy.data || is_row(c, &c->dy)) && (!c->dx[0].data || is_row(c, &c->dx[0])) &&
                    (inputs < 2 || !c->dx[1].data || is_row(c, &c->dx[1]));
      if (!is_served) return refuse(c, ACTZOO_UNSUPPORTED, "an operand has an innermost stride other than 1");
      if (parameters && !c->param) return refuse(c, ACTZOO_INVALID, "param is NULL, but the activation has parameters");
      for (int k = 0; k < parameters; k++) {
        const actzoo_view *sum = backward && c->dparam && c->dparam[k].data ? &c->dparam[k] : NULL;
        if (!c->param[k].data) return refuse(c, ACTZOO_INVALID, "param has an entry without data");
        if (c->param[k].count < 1) return refuse(c, ACTZOO_INVALID, "param has an entry with a wrong count");
        if (c->param[k].count != lengths[k]) return refuse(c, ACTZOO_UNSUPPORTED, "param has counts that this kernel was not made for");
        if (sum && sum->count != lengths[k]) return refuse(c, ACTZOO_INVALID, "dparam and param differ in count");
      }
      return ACTZOO_OK;
    }
    """

  private static let parameters = """
    /* True if a row's elements share their parameters, and the sums of their gradients. */
    static int is_shared(const actzoo_call *c, int parameters, int backward) {
      if (c->extent[3] == 1) return 1;
      for (int k = 0; k < parameters; k++) {
        if (c->param[k].stride[3]) return 0;
        if (backward && c->dparam && c->dparam[k].data && c->dparam[k].stride[3]) return 0;
      }
      return 1;
    }
    """

  private static let sums = """
    /* Adds what a row, or place i of it, has for the gradients of the parameters. */
    static void add(const actzoo_call *c, const int64_t at[3], int64_t i, int parameters, const int64_t lengths[],
                    const double sums[]) {
      for (int k = 0, first = 0; k < parameters; first += (int)lengths[k++]) {
        const actzoo_view *v = &c->dparam[k];
        double *to = row(v, at, sizeof(double));
        for (int64_t j = 0; to && j < lengths[k]; j++) to[i * v->stride[3] + j * v->step] += sums[first + j];
      }
    }
    """

  private var table: String {
    var lines = [
      "/* One row for each activation and type. */",
      "#define ROW(type, name, id)                                                                          \\",
      "  {.size = sizeof(actzoo_kernels), .dtype = type, .device_type = 1, .activation = id,                 \\",
      "   .flags = ACTZOO_INPLACE_FORWARD | ACTZOO_INPLACE_BACKWARD | ACTZOO_BACKWARD_NEEDS_X,               \\",
      "   .forward = name##_forward, .backward = name##_backward, .fused = name##_fused}",
    ]
    var rows: [String] = []
    for function in functions {
      for type in CNumber.allCases {
        let name = function.name(type)
        lines.append(
          "static const actzoo_kernels \(name) = ROW(\(type.elementWord), \(name), \"\(function.activation.id)\");"
        )
        rows.append("&\(name)")
      }
    }
    return
      (lines + [
        "static const actzoo_kernels *const rows[] = {\(rows.joined(separator: ", "))};",
        "static const actzoo_plugin plugin = {",
        "    .size = sizeof(actzoo_plugin), .needs_minor = 0, .kernels_count = \(rows.count), .kernels = rows};",
        "",
        "const actzoo_plugin *actzoo_plugin_v1(const actzoo_host *host) {",
        "  (void)host;",
        "  return &plugin;",
        "}",
      ]).joined(separator: "\n")
  }
}

extension CNumber {
  /// The element type that is computed in this one.
  var element: String { self == .double ? "float" : "double" }
  /// The element type as the contract names it.
  var elementWord: String { self == .double ? "ACTZOO_F32" : "ACTZOO_F64" }
  /// The element type in the names of functions.
  var elementSuffix: String { self == .double ? "f32" : "f64" }
}
