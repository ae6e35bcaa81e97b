import Formula

/// A plugin's C source: the formula and its symbolic derivatives in double, a loop over the box,
/// and the table.
///
/// Needs plugin.h and <math.h>, nothing else.
struct CTemplate {
  private let activation: ActivationDescriptor
  private let formula: Expression
  /// Number of coefficients of each parameter, and where its first one stands among all.
  private let lengths: [Int]
  private let starts: [Int]

  init(_ activation: ActivationDescriptor) throws(CommandFailure) {
    self.activation = activation
    formula = try expand(activation.formula)
    lengths = activation.parameters.map { $0.length(counts: []) }
    var starts: [Int] = []
    var next = 0
    for length in lengths {
      starts.append(next)
      next += length
    }
    self.starts = starts
    guard next <= 64 else {
      throw CommandFailure("\(next) coefficients are too many for new; 64 is the most.")
    }
  }

  private var coefficients: Int { lengths.reduce(0, +) }

  func text() throws(CommandFailure) -> String {
    var functions: [(comment: String, name: String, source: EmittedSource, of: Expression)] = []
    func add(_ comment: String, _ name: String, _ expression: Expression) throws(CommandFailure) {
      guard let source = expression.cSource(name: variableName) else {
        throw CommandFailure("the formula cannot be written as C.")
      }
      functions.append((comment, name, source, expression))
    }
    try add("The formula.", "value", formula)
    try add("dy/dx.", "by_x", try derivative(.x))
    if activation.isGated { try add("dy/dg.", "by_g", try derivative(.g)) }
    for (p, parameter) in activation.parameters.enumerated() {
      for k in 0..<lengths[p] {
        let name = parameter.isVector ? "\(parameter.name)[\(k)]" : parameter.name
        try add(
          "dy/d\(name).", "by_p\(starts[p] + k)",
          try derivative(.coefficient(parameter: p, index: k)))
      }
    }
    let called = functions.flatMap(\.source.functions)
    var parts = [header]
    parts += cHelpers(called)
    parts += functions.map { function($0.comment, $0.name, $0.source, $0.of) }
    return (parts + [loop, kernels]).joined(separator: "\n\n") + "\n"
  }

  private func derivative(_ variable: Variable) throws(CommandFailure) -> Expression {
    do { return try formula.derivative(by: variable) } catch {
      throw CommandFailure(error.description)
    }
  }

  private func variableName(_ variable: Variable) -> String {
    switch variable {
    case .x: "x"
    case .g: "g"
    case .u: "u"
    case .coefficient(let p, let k):
      activation.parameters[p].isVector
        ? "\(activation.parameters[p].name)\(k)" : activation.parameters[p].name
    }
  }

  private var header: String {
    """
    /* \(activation.title): \(activation.equation)
     *
     * Computed in double for both types: one rounding at the end is then the only error that counts. */
    #include "actzoo/plugin.h"
    #include <math.h>

    #define ID "\(activation.id)" /* as in the descriptor beside this file */
    enum { PARAMETERS = \(lengths.count), COEFFICIENTS = \(coefficients) };

    /* What the formula sees at one element. */
    typedef struct point {
      double x, g, u;
      double p[COEFFICIENTS + 1]; /* all coefficients of all parameters; one more, so never empty */
    } point;
    """
  }

  private func function(
    _ comment: String, _ name: String, _ source: EmittedSource, _ expression: Expression
  ) -> String {
    var lines = ["/* \(comment) */", "static double \(name)(const point *at) {"]
    var used: [String] = []
    for (variable, field) in [(Variable.x, "x"), (.g, "g"), (.u, "u")]
    where expression.contains(variable) { used.append("\(field) = at->\(field)") }
    for p in lengths.indices {
      for k in 0..<lengths[p]
      where expression.contains(.coefficient(parameter: p, index: k)) {
        let name = cName(variableName(.coefficient(parameter: p, index: k)))
        used.append("\(name) = at->p[\(starts[p] + k)]")
      }
    }
    lines += used.isEmpty ? ["  (void)at;"] : used.map { "  const double \($0);" }
    lines += source.statements.map { "  " + $0 }
    lines += ["  return \(source.value);", "}"]
    return lines.joined(separator: "\n")
  }

  private var partials: String {
    guard coefficients > 0 else { return "" }
    let names = (0..<coefficients).map { "by_p\($0)" }.joined(separator: ", ")
    let lengths = self.lengths.map(String.init).joined(separator: ", ")
    return """
      static double (*const by_p[COEFFICIENTS])(const point *) = {\(names)};
      static const int64_t lengths[PARAMETERS] = {\(lengths)};


      """
  }

  private var loop: String {
    let hasParameters = coefficients > 0
    let readParameters =
      hasParameters
      ? """

        for (int p = 0, j = 0; p < PARAMETERS; p++)
          for (int64_t k = 0; k < lengths[p]; k++, j++)
            at.p[j] = get(&c->param[p], offset(&c->param[p], i) + k * c->param[p].step, c->dtype);
      """ : ""
    let addParameters =
      hasParameters
      ? """

        if (!c->dparam) return;
        for (int p = 0, j = 0; p < PARAMETERS; p++)
          for (int64_t k = 0; k < lengths[p]; k++, j++)
            if (c->dparam[p].data)
              ((double *)c->dparam[p].data)[offset(&c->dparam[p], i) + k * c->dparam[p].step] +=
                  dy * by_p[j](&at);
      """ : ""
    let gate =
      activation.isGated ? "\n  at.g = get(&c->x[1], offset(&c->x[1], i), c->dtype);" : ""
    let gateOut =
      activation.isGated
      ? "\n  if (c->dx[1].data) put(&c->dx[1], offset(&c->dx[1], i), c->dtype, dy * by_g(&at));"
      : ""
    let noise =
      activation.usesNoise
      ? "\n  at.u = ((const float *)c->noise.data)[offset(&c->noise, i)];" : ""
    return partials + """
      /* Where the operand's element of the box's place i is. */
      static int64_t offset(const actzoo_view *v, const int64_t i[4]) {
        return v->stride[0] * i[0] + v->stride[1] * i[1] + v->stride[2] * i[2] + v->stride[3] * i[3];
      }
      static double get(const actzoo_view *v, int64_t at, actzoo_dtype type) {
        return type == ACTZOO_F64 ? ((const double *)v->data)[at] : (double)((const float *)v->data)[at];
      }
      static void put(const actzoo_view *v, int64_t at, actzoo_dtype type, double value) {
        if (type == ACTZOO_F64) ((double *)v->data)[at] = value;
        else ((float *)v->data)[at] = (float)value;
      }

      /* One element. Everything is read before anything is written: y may be x, and dx may be dy. */
      static void element(const actzoo_call *c, const int64_t i[4], int forward, int backward) {
        point at = {0};
        at.x = get(&c->x[0], offset(&c->x[0], i), c->dtype);\(gate)\(noise)\(readParameters)
        const double dy = backward && c->dy.data ? get(&c->dy, offset(&c->dy, i), c->dtype) : 1;
        if (forward) put(&c->y, offset(&c->y, i), c->dtype, value(&at));
        if (!backward) return;
        if (c->dx[0].data) put(&c->dx[0], offset(&c->dx[0], i), c->dtype, dy * by_x(&at));\(gateOut)\(addParameters)
      }
      """
  }

  private var kernels: String {
    let checks =
      coefficients > 0
      ? """

        for (int p = 0; p < PARAMETERS; p++)
          if (!c->param || c->param[p].count != lengths[p]) return ACTZOO_INVALID;
      """ : ""
    return """
      static actzoo_status run(const actzoo_call *c, int forward, int backward) {
        if (c->dtype != ACTZOO_F32 && c->dtype != ACTZOO_F64) return ACTZOO_UNSUPPORTED;\(checks)
        const int64_t *n = c->extent;
        int64_t i[4];
        for (i[0] = 0; i[0] < n[0]; i[0]++)
          for (i[1] = 0; i[1] < n[1]; i[1]++)
            for (i[2] = 0; i[2] < n[2]; i[2]++)
              for (i[3] = 0; i[3] < n[3]; i[3]++) element(c, i, forward, backward);
        return ACTZOO_OK;
      }
      static actzoo_status forward(const void *self, const actzoo_call *c) {
        (void)self;
        return run(c, 1, 0);
      }
      static actzoo_status backward(const void *self, const actzoo_call *c) {
        (void)self;
        return run(c, 0, 1);
      }
      static actzoo_status fused(const void *self, const actzoo_call *c) {
        (void)self;
        return run(c, 1, 1);
      }

      #define ROW(type)                                                                         \\
        {.size = sizeof(actzoo_kernels), .dtype = type, .device_type = 1, .activation = ID,     \\
         .flags = ACTZOO_INPLACE_FORWARD | ACTZOO_INPLACE_BACKWARD | ACTZOO_BACKWARD_NEEDS_X,   \\
         .forward = forward, .backward = backward, .fused = fused}
      static const actzoo_kernels f32 = ROW(ACTZOO_F32), f64 = ROW(ACTZOO_F64);
      static const actzoo_kernels *const rows[] = {&f32, &f64};
      static const actzoo_plugin plugin = {
          .size = sizeof(actzoo_plugin), .needs_minor = 0, .kernels_count = 2, .kernels = rows};

      const actzoo_plugin *actzoo_plugin_v1(const actzoo_host *host) {
        (void)host;
        return &plugin;
      }
      """
  }
}
