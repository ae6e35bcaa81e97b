#if !ACTZOO_ONE_MODULE
  import Formula
#endif

/// An activation as a module for PyTorch or JAX: the formula in stable form, and how parameters are called.
struct PythonTemplate {
  let activation: ActivationDescriptor
  let counts: [Int]
  let arrays: PythonArrays
  private let formula: Expression
  private let surrogate: Expression?

  init(_ activation: ActivationDescriptor, counts: [Int], _ arrays: PythonArrays)
    throws(FormulaError)
  {
    self.activation = activation
    self.counts = counts
    self.arrays = arrays
    let coefficients = activation.parameters.map { parameter in
      parameter.isSupplied
        ? [Double](repeating: 1, count: parameter.length(counts: counts))
        : parameter.initialValues(counts: counts)
    }
    func prepared(_ expression: Expression) throws(FormulaError) -> Expression {
      try expression.instantiate(counts: counts).stable().guarded(coefficients: coefficients)
    }
    formula = try prepared(activation.formula)
    surrogate = try activation.surrogate.map { s throws(FormulaError) in try prepared(s) }
  }

  /// "crrelu", "gelu_tanh": the function that holds the formula.
  private var functionName: String {
    var name = ""
    for scalar in activation.name.unicodeScalars {
      name.unicodeScalars.append(scalar == "-" || scalar == "." ? "_" : scalar)
    }
    let helpers = ["exp_times", "sigmoid_times", "lost"] + UnaryFunction.allCases.map { $0.name }
    // A formula may call the function that it is named for.
    return helpers.contains(name) || pythonName(name) != name ? "\(name)_activation" : name
  }

  private func emitted(_ expression: Expression) -> EmittedSource? {
    emitPython([expression], arrays) { activation.name(of: $0, pythonName) { "[..., \($0)]" } }
  }

  private func name(_ parameter: Int) -> String {
    pythonName(activation.parameters[parameter].name)
  }

  private var names: [String] { activation.parameters.indices.map(name) }
  private var inputs: [String] { activation.isGated ? ["x", "g"] : ["x"] }
  private var noise: [String] { activation.usesNoise ? ["u"] : [] }

  private var header: String {
    let sources = activation.source.isEmpty ? "" : "\nSource: \(activation.source)"
    return """
      \"""\(activation.title): \(quoted(activation.equation))

      \(activation.id) of the Activation Zoo, exported by actzoo.\(quoted(sources))
      \"""
      """
  }

  /// A text that ends no string.
  private func quoted(_ text: String) -> String {
    var result = ""
    var quotes = 0
    for scalar in text.unicodeScalars {
      quotes = scalar == "\"" ? quotes + 1 : 0
      if scalar == "\\" { result += "\\" }
      result.unicodeScalars.append(quotes == 3 ? "'" : scalar)
    }
    return result
  }

  private func function(_ name: String, _ expression: Expression, _ comment: String) -> String {
    let source = emitted(expression)
    let arguments = (inputs + names + noise).joined(separator: ", ")
    var value = source?.value ?? "x"
    // A formula of numbers alone still has the shape of x.
    if !expression.contains(.x), !expression.contains(.g) { value = "\(value) + 0.0 * x" }
    let lines =
      ["def \(name)(\(arguments)):", "    \"\"\"\(comment)\"\"\""]
      + (source?.statements ?? []).map { "    " + $0 } + ["    return \(value)"]
    return lines.joined(separator: "\n")
  }

  private var functions: [String] {
    var own = [function(functionName, formula, "\(quoted(activation.equation)).")]
    if let surrogate {
      let text = quoted(activation.surrogateText ?? "")
      own.append(function("surrogate", surrogate, "What derivatives are taken of: \(text)."))
    }
    return pythonHelpers(own.joined(), arrays) + own
  }

  /// The call of the formula, straight through the surrogate's derivative if there is one.
  private func value(_ arguments: [String], stop: (String) -> String) -> [String] {
    let list = arguments.joined(separator: ", ")
    guard surrogate != nil else { return ["y = \(functionName)(\(list))"] }
    return [
      "through = surrogate(\(list))",
      "y = \(stop("\(functionName)(\(list))")) + (through - \(stop("through")))",
    ]
  }

  private func literal(_ parameter: Parameter) -> String {
    let values = parameter.initialValues(counts: counts)
    return parameter.isVector
      ? "[\(values.map { $0.description }.joined(separator: ", "))]"
      : (values.first ?? 0).description
  }
}

extension PythonTemplate {
  /// A module of PyTorch.
  var torch: String {
    let type = activation.typeName
    let stored = activation.parameters.enumerated().filter { !$0.element.isSupplied }
    let supplied = activation.parameters.enumerated().filter { $0.element.isSupplied }
      .map { name($0.offset) }
    var module = ["class \(type)(torch.nn.Module):", "    \"\"\"\(quoted(activation.equation))."]
    if !stored.isEmpty {
      module += [
        "",
        "    `shape` says how parameters vary: () for one value in the layer, (64, 1, 1) for each of 64",
        "    channels of images; it broadcasts against x. Coefficients of a vector come last.",
      ]
    }
    if !supplied.isEmpty {
      module += [
        "",
        "    The model computes \(supplied.joined(separator: ", ")) for each call; they broadcast against x.",
      ]
    }
    if activation.usesNoise {
      module += ["", "    Noise is drawn anew in training, and \(noiseEval) otherwise."]
    }
    module += ["    \"\"\"", ""]
    if !stored.isEmpty {
      module += [
        "    def __init__(self, shape=(), dtype=None, device=None):",
        "        \"\"\"Initial values.\"\"\"",
        "        super().__init__()", "        like = {\"dtype\": dtype, \"device\": device}",
      ]
      for (index, parameter) in stored {
        let start = "torch.tensor(\(literal(parameter)), **like)"
        let shape = parameter.isVector ? "*shape, -1" : "shape"
        let value = "\(start).expand(\(shape)).clone()"
        module.append(
          parameter.isFixed
            ? "        self.register_buffer(\"\(attribute(index))\", \(value))"
            : "        self.\(attribute(index)) = torch.nn.Parameter(\(value))")
      }
      module.append("")
    }
    let given = inputs + supplied
    module += [
      "    def forward(self, \(given.joined(separator: ", "))):",
      "        \"\"\"Y, in x's type; half types are computed in float32.\"\"\"",
      "        wide = torch.promote_types(x.dtype, torch.float32)",
    ]
    for name in given {
      module.append("        \(name == "x" ? "wide_x" : name) = \(name).to(wide)")
    }
    for (index, _) in stored {
      module.append("        \(name(index)) = self.\(attribute(index)).to(wide)")
    }
    if activation.usesNoise {
      module.append(
        "        u = torch.rand_like(wide_x) if self.training else torch.full_like(wide_x, \(noiseEval))"
      )
    }
    let arguments = ["wide_x"] + inputs.dropFirst() + names + noise
    module += value(arguments, stop: { "\($0).detach()" }).map { "        " + $0 }
    module.append("        return y.to(x.dtype)")
    return ([header + "\n\nimport torch"] + functions + [module.joined(separator: "\n")])
      .joined(separator: "\n\n\n") + "\n"
  }

  private var noiseEval: String { (activation.noiseEval ?? 0.5).description }

  /// A parameter's name in a module, where that has not one like it.
  private func attribute(_ parameter: Int) -> String {
    let own = [
      "training", "forward", "double", "float", "half", "type", "to", "train", "eval", "cpu",
      "cuda",
      "apply", "buffers", "children", "compile", "modules", "parameters", "share_memory", "xpu",
      "ipu",
      "bfloat16", "call_super_init", "dump_patches", "T_destination", "zero_grad",
    ]
    let name = name(parameter)
    return own.contains(name) ? "\(name)_" : name
  }

  /// Functions of JAX.
  var jax: String {
    let stored = activation.parameters.enumerated().filter { !$0.element.isSupplied }
    var parameters = [
      "def init(shape=(), dtype=jnp.float32):",
      "    \"\"\"Parameters with their initial values; `shape` broadcasts against x, coefficients come last.\"\"\"",
    ]
    if stored.isEmpty {
      parameters.append("    return {}")
    } else {
      parameters.append("    return {")
      for (_, parameter) in stored {
        let start = "jnp.asarray(\(literal(parameter)), dtype)"
        let shape =
          parameter.isVector ? "(*shape, \(parameter.length(counts: counts)))" : "shape"
        parameters.append(
          "        \"\(parameter.name)\": jnp.broadcast_to(\(start), \(shape)),")
      }
      parameters.append("    }")
    }
    let supplied = activation.parameters.filter { $0.isSupplied }.map { $0.name }
    let key = activation.usesNoise ? ", key=None" : ""
    var lines = ["def apply(params, \(inputs.joined(separator: ", "))\(key)):"]
    var comment = "Y, in x's type; half types are computed in float32."
    if !supplied.isEmpty {
      comment += " The model puts \(supplied.joined(separator: ", ")) into params."
    }
    if activation.usesNoise {
      comment += " Noise is drawn by the key; without one it is \(noiseEval)."
    }
    lines += [
      "    \"\"\"\(comment)\"\"\"", "    wide = jnp.promote_types(x.dtype, jnp.float32)",
      "    wide_x = jnp.asarray(x, wide)",
    ]
    if activation.isGated { lines.append("    g = jnp.asarray(g, wide)") }
    for (index, parameter) in activation.parameters.enumerated() {
      let value = "jnp.asarray(params[\"\(parameter.name)\"], wide)"
      // What is fixed has no gradient.
      lines.append(
        "    \(name(index)) = " + (parameter.isFixed ? "jax.lax.stop_gradient(\(value))" : value))
    }
    if activation.usesNoise {
      lines.append(
        "    u = \(noiseEval) if key is None else jax.random.uniform(key, wide_x.shape, wide)")
    }
    let arguments = ["wide_x"] + inputs.dropFirst() + names + noise
    lines += value(arguments, stop: { "jax.lax.stop_gradient(\($0))" }).map { "    " + $0 }
    lines.append("    return y.astype(x.dtype)")
    return
      ([header + "\n\nimport jax\nimport jax.numpy as jnp"] + functions
      + [parameters.joined(separator: "\n"), lines.joined(separator: "\n")])
      .joined(separator: "\n\n\n") + "\n"
  }
}
