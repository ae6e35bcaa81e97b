import CSystem
import Formula

/// One choice of counts and parameter values, shared by all elements, with a name for messages.
struct Setting: Sendable {
  var label: String
  var counts: [Int]
  /// For each parameter its coefficients.
  var values: [[Double]]

  /// The parameters as a call takes them, in the precision that the kernel sees.
  func parameters(_ kernel: Kernel) -> [ParameterInput] {
    zip(kernel.activation.parameters, values).map { parameter, values in
      ParameterInput(
        length: values.count, isVector: parameter.isVector, isFixed: parameter.isFixed,
        values: values.map(kernel.type.parameterType.rounded))
    }
  }

  /// The same with every number in the precision that the kernel sees.
  func rounded(to type: ElementType) -> Setting {
    Setting(
      label: label, counts: counts, values: values.map { $0.map(type.parameterType.rounded) })
  }

  static func initial(_ activation: ActivationDescriptor, counts: [Int]? = nil) -> Setting {
    let counts = counts ?? activation.defaultCounts
    var random = Random(7)
    return Setting(
      label: counts == activation.defaultCounts ? "initial" : "counts \(counts)", counts: counts,
      values: activation.parameters.map { parameter in
        let values = parameter.initialValues(counts: counts)
        // What the model computes for every call has no initial value: anything may come.
        return parameter.isSupplied ? values.map { _ in random.normal() } : values
      })
  }

  /// Moves every value that training would move, inside its bounds.
  func perturbed(_ activation: ActivationDescriptor, _ seed: Int) -> Setting {
    var random = Random(UInt64(seed))
    var result = self
    result.label += ", perturbed \(seed)"
    for (i, parameter) in activation.parameters.enumerated() where !parameter.isFixed {
      for j in values[i].indices {
        let value = values[i][j] * (1 + 0.2 * random.normal()) + 0.05 * random.normal()
        result.values[i][j] = min(max(value, parameter.lower), parameter.upper)
      }
    }
    return result
  }

  /// Initial values, presets, values at finite bounds, perturbations, and other counts.
  static func all(_ activation: ActivationDescriptor) -> [Setting] {
    let first = initial(activation)
    var settings = [first]
    for preset in activation.presets {
      var setting = first
      setting.label = "preset \(preset.name)"
      for i in activation.parameters.indices {
        if let values = preset.values(
          for: i, length: first.values[i].count, counts: first.counts)
        {
          setting.values[i] = values
        }
      }
      settings.append(setting)
    }
    for (name, bound) in [("lower", true), ("upper", false)] {
      var setting = first
      setting.label = "\(name) bounds"
      var isBounded = false
      for (i, parameter) in activation.parameters.enumerated() where !parameter.isFixed {
        let value = bound ? parameter.lower : parameter.upper
        if value.isFinite {
          isBounded = true
          setting.values[i] = setting.values[i].map { _ in value }
        }
      }
      if isBounded { settings.append(setting) }
    }
    if activation.parameters.contains(where: { !$0.isFixed }) {
      settings.append(first.perturbed(activation, 1))
      settings.append(settings[settings.count - 2].perturbed(activation, 2))
    }
    for (i, count) in activation.counts.enumerated() {
      for other in [count.minimum, min(count.maximum, count.defaultValue + 3)]
      where other != count.defaultValue {
        var counts = activation.defaultCounts
        counts[i] = other
        settings.append(initial(activation, counts: counts).perturbed(activation, 3))
      }
    }
    return settings
  }
}

extension Random {
  /// Standard normal, by Box and Muller.
  mutating func normal() -> Double {
    CSystem.sqrt(-2 * CSystem.log(1 - uniform())) * CSystem.cos(2 * .pi * uniform())
  }
}
