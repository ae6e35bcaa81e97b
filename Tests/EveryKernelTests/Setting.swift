import CActZoo
import Formula

/// One choice of counts and parameter values, shared by all elements, with a name for messages.
struct Setting {
  var label: String
  var counts: [Int]
  /// For each parameter its coefficients.
  var values: [[Double]]

  /// The parameters as a call takes them, all per layer, and in the element type's precision.
  func parameters<T: Scalar>(_ descriptor: ActivationDescriptor, as: T.Type) -> [ParameterValues<T>]
  {
    descriptor.parameters.indices.map { i in
      let parameter = descriptor.parameters[i]
      return ParameterValues(
        isVector: parameter.isVector, length: values[i].count, isFixed: parameter.isFixed,
        values: values[i].map { T($0) })
    }
  }

  static func initial(_ descriptor: ActivationDescriptor, counts: [Int]? = nil) -> Setting {
    let counts = counts ?? descriptor.defaultCounts
    var random = Random(7)
    return Setting(
      label: counts == descriptor.defaultCounts ? "initial" : "counts \(counts)", counts: counts,
      values: descriptor.parameters.map { parameter in
        let values = parameter.initialValues(counts: counts)
        // What the model computes for every call has no initial value: anything may come.
        return parameter.isSupplied ? values.map { _ in random.normal() } : values
      })
  }

  /// Moves every value that training would move, inside its bounds.
  func perturbed(_ descriptor: ActivationDescriptor, seed: Int) -> Setting {
    var random = Random(seed)
    var result = self
    result.label += ", perturbed \(seed)"
    for (i, parameter) in descriptor.parameters.enumerated() where !parameter.isFixed {
      for j in values[i].indices {
        let value = values[i][j] * (1 + 0.2 * random.normal()) + 0.05 * random.normal()
        result.values[i][j] = min(max(value, parameter.lower), parameter.upper)
      }
    }
    return result
  }
}
