import CSystem

/// Softmax and cross-entropy over the last axis, averaged over the rows.
///
///     loss = mean over rows of  log Σ exp(z - max z) - (z[label] - max z)
///     dz   = (softmax(z) - one_hot(label)) / rows
///
/// Subtracting the maximum keeps every exponential at most 1, so no finite logits overflow.
public final class CrossEntropy {
  private let gradient = Tensor([0, 0])
  private let losses = Tensor([0])

  /// A loss with its own workspace.
  public init() {}

  /// What a batch gave.
  public struct Value: Sendable {
    /// Mean loss in nats.
    public let loss: Double
    /// Rows whose largest logit (the first of equals) is the label's.
    public let correct: Int
  }

  /// The loss and, if wanted, its gradient by the logits.
  ///
  /// - Parameters:
  ///   - logits: (rows, classes).
  ///   - labels: one class for each row, each below the number of classes.
  /// - Returns: the value and the gradient, which is valid until the next call.
  public func evaluate(_ logits: Tensor, labels: [Int32], wantsGradient: Bool) -> (Value, Tensor) {
    let rows = logits.rowCount
    let classes = logits.rowLength
    precondition(labels.count >= rows, "\(labels.count) labels for \(rows) rows")
    gradient.resize(like: logits)
    losses.resize(to: [2 * rows])
    let losses = self.losses.data
    let gradients = gradient.data
    let scale = 1 / Float(rows)
    labels.withUnsafeBufferPointer { labels in
      parallel(rows, by: max(1, 4096 / classes)) { range in
        for row in range {
          let z = logits.data + row * classes
          let dz = gradients + row * classes
          let label = Int(labels[row])
          precondition(label >= 0 && label < classes, "label \(label) of \(classes) classes")
          var best = 0
          for index in 1..<max(classes, 1) where z[index] > z[best] { best = index }
          let top = z[best]
          var sum: Float = 0
          for index in 0..<classes {
            dz[index] = expf(z[index] - top)
            sum += dz[index]
          }
          losses[2 * row] = logf(sum) - (z[label] - top)
          losses[2 * row + 1] = best == label ? 1 : 0
          guard wantsGradient else { continue }
          let factor = scale / sum
          for index in 0..<classes { dz[index] *= factor }
          dz[label] -= scale
        }
      }
    }
    var loss = 0.0
    var correct = 0
    for row in 0..<rows {
      loss += Double(losses[2 * row])
      correct += Int(losses[2 * row + 1])
    }
    return (Value(loss: loss / Double(max(rows, 1)), correct: correct), gradient)
  }
}
