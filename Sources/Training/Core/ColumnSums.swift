/// Adds the sum over the rows of a matrix to a parameter's gradient: the bias gradient of linear layers.
///
/// Rows are summed in strips of 64 and the strips then added up: two short sums round less than one long
/// one, and the order is fixed by the shape.
func addColumnSums(of matrix: Tensor, to parameter: NetworkParameter) {
  let columns = matrix.rowLength
  let rows = matrix.rowCount
  let sums = parameter.gradient.data
  if !parameter.beginContribution() { parameter.gradient.fill(0) }
  parallel(columns, by: 512) { range in
    withUnsafeTemporaryAllocation(of: Float.self, capacity: range.count) { strip in
      guard let strip = strip.baseAddress else { return }
      for first in stride(from: 0, to: rows, by: 64) {
        strip.initialize(repeating: 0, count: range.count)
        for row in first..<min(rows, first + 64) {
          let line = matrix.data + row * columns + range.lowerBound
          for column in 0..<range.count { strip[column] += line[column] }
        }
        for column in 0..<range.count { sums[range.lowerBound + column] += strip[column] }
      }
    }
  }
}
