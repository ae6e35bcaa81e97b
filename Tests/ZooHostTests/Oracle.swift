import CActZoo
import Formula
import ZooHost

/// What the formula says about one call: value and derivatives at every element and the sums of the
/// parameter gradients, by plain loops over logical indices that know nothing of boxes and strides.
struct Oracle {
  let y: [Double]
  let dx: [Double]
  let dg: [Double]
  /// Sums by parameter and value, and the sums of magnitudes that they are made of.
  let sums: [[Double]]
  let weights: [[Double]]

  init(
    _ descriptor: ActivationDescriptor, _ call: Call, choices: [Choice], channelAxis: Int,
    counts: [Int], noise: [Double]? = nil
  ) throws {
    let formula = try descriptor.formula.instantiate(counts: counts)
    let smooth = try descriptor.surrogate?.instantiate(counts: counts) ?? formula
    let lengths = descriptor.parameters.map { $0.length(counts: counts) }
    var outputs = [formula, try smooth.derivative(by: .x)]
    outputs.append(descriptor.isGated ? try smooth.derivative(by: .g) : formula)
    for (index, length) in lengths.enumerated() {
      for k in 0..<length {
        outputs.append(try smooth.derivative(by: .coefficient(parameter: index, index: k)))
      }
    }
    let program = try Program(outputs: outputs)
    let shape = call.x.shape
    var y: [Double] = []
    var dx: [Double] = []
    var dg: [Double] = []
    var sums = call.parameters.map { [Double](repeating: 0, count: $0.count) }
    var weights = sums
    for element in 0..<call.x.count {
      let index = Oracle.indices(element, shape)
      var places: [Int] = []
      var coefficients: [[Double]] = []
      for (parameter, choice) in choices.enumerated() {
        let place = Oracle.place(index, shape, choice, channelAxis)
        places.append(place * lengths[parameter])
        coefficients.append(
          (0..<lengths[parameter]).map {
            call.parameters[parameter][place * lengths[parameter] + $0]
          })
      }
      let results = program.evaluate(
        x: call.x[element], g: call.g?[element] ?? 0,
        u: noise?[element] ?? call.noise?[element] ?? Double(Float(descriptor.noiseEval ?? 0)),
        coefficients: coefficients)
      let dy = call.dy?[element] ?? 1
      y.append(results[0])
      dx.append(dy * results[1])
      dg.append(dy * results[2])
      var at = 3
      for parameter in choices.indices {
        for k in 0..<lengths[parameter] {
          if !descriptor.parameters[parameter].isFixed {
            sums[parameter][places[parameter] + k] += dy * results[at]
            weights[parameter][places[parameter] + k] += abs(dy * results[at])
          }
          at += 1
        }
      }
    }
    (self.y, self.dx, self.dg, self.sums, self.weights) = (y, dx, dg, sums, weights)
  }

  static func indices(_ element: Int, _ shape: [Int]) -> [Int] {
    var rest = element
    var result = shape
    for axis in shape.indices.reversed() {
      result[axis] = rest % shape[axis]
      rest /= shape[axis]
    }
    return result
  }

  /// Which value of a parameter holds at an index.
  private static func place(
    _ index: [Int], _ shape: [Int], _ choice: Choice, _ channelAxis: Int
  ) -> Int {
    let axis = channelAxis < 0 ? channelAxis + shape.count : channelAxis
    var place = 0
    if choice.granularity & ACTZOO_PER_SAMPLE != 0 { place = index[0] }
    switch choice.granularity & ~ACTZOO_PER_SAMPLE {
    case ACTZOO_PER_CHANNEL: place = place * shape[axis] + index[axis]
    case ACTZOO_PER_GROUP:
      place = place * choice.groups + index[axis] / (shape[axis] / choice.groups)
    case ACTZOO_PER_ELEMENT:
      for other in shape.indices.dropFirst() { place = place * shape[other] + index[other] }
    default: break
    }
    return place
  }
}

/// The shape of a parameter's tensor.
func parameterShape(
  _ shape: [Int], _ choice: Choice, _ channelAxis: Int, isVector: Bool, length: Int
) -> [Int] {
  let axis = channelAxis < 0 ? channelAxis + shape.count : channelAxis
  var result: [Int] = []
  if choice.granularity & ACTZOO_PER_SAMPLE != 0 { result.append(shape[0]) }
  switch choice.granularity & ~ACTZOO_PER_SAMPLE {
  case ACTZOO_PER_CHANNEL: result.append(shape[axis])
  case ACTZOO_PER_GROUP: result.append(choice.groups)
  case ACTZOO_PER_ELEMENT: result += shape.dropFirst()
  default: break
  }
  if isVector { result.append(length) }
  return result
}
