import CSystem

/// Fashion-MNIST: 60,000 and 10,000 grey images of clothes, 28 x 28, ten classes.
///
/// Source: Xiao, Rasul, Vollgraf, arXiv:1708.07747; files of Debian's package dataset-fashion-mnist.
/// Elements are standardised with the training part's mean and deviation.
public enum FashionMNIST {
  /// Where Debian's package puts the files.
  public static let folder = "/usr/share/datasets/fashion-mnist"

  /// Names of the classes in order of their labels.
  public static let classes = [
    "T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot",
  ]

  /// Reads the four files.
  ///
  /// - Throws: `TrainingError` naming the file and what is wrong, or the package if it is missing.
  public static func load(folder: String = folder) throws -> Dataset {
    let train = try read(folder, "train")
    let test = try read(folder, "t10k")
    // Sums of bytes are exact, so that the standardisation has the same bits on every machine.
    var sum = 0
    var squares = 0
    for byte in train.images {
      sum += Int(byte)
      squares += Int(byte) * Int(byte)
    }
    let mean = Double(sum) / Double(train.images.count)
    let (scale, offset) = standardization(
      mean: mean, variance: Double(squares) / Double(train.images.count) - mean * mean)
    return Dataset(
      name: "fashion-mnist", sampleShape: [1, 28, 28], classes: classes,
      train: Split(
        elements: .bytes(train.images), labels: train.labels, scale: scale, offset: offset),
      test: Split(elements: .bytes(test.images), labels: test.labels, scale: scale, offset: offset))
  }

  private static func read(
    _ folder: String, _ part: String
  ) throws -> (images: [UInt8], labels: [Int32]) {
    let imagePath = "\(folder)/\(part)-images-idx3-ubyte.gz"
    let labelPath = "\(folder)/\(part)-labels-idx1-ubyte.gz"
    for path in [imagePath, labelPath] where access(path, R_OK) != 0 {
      throw TrainingError(
        "\(path) cannot be read (\(String(cString: strerror(__errno_location().pointee)))); "
          + "install it: apt-get install dataset-fashion-mnist")
    }
    let images = try IDXFile(path: imagePath, axes: 3)
    let labels = try IDXFile(path: labelPath, axes: 1)
    guard images.shape[1...] == [28, 28], images.shape[0] > 0 else {
      throw TrainingError("\(imagePath): has the shape \(images.shape), not (N, 28, 28)")
    }
    guard labels.shape[0] == images.shape[0] else {
      throw TrainingError(
        "\(labelPath): has \(labels.shape[0]) labels for \(images.shape[0]) images")
    }
    if let index = labels.bytes.firstIndex(where: { $0 >= 10 }) {
      throw TrainingError("\(labelPath): label \(index) is \(labels.bytes[index]), over 9")
    }
    return (images.bytes, labels.bytes.map { Int32($0) })
  }
}
