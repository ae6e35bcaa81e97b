import Foundation
import Testing
import Training

let isFashionInstalled = FileManager.default.fileExists(
  atPath: FashionMNIST.folder + "/train-images-idx3-ubyte.gz")

/// Writes bytes to a file and gives its path.
private func file(_ bytes: [UInt8], _ name: String = "data") throws -> String {
  let url = temporaryFolder().appendingPathComponent(name)
  try Data(bytes).write(to: url)
  return url.path
}

/// What reading an IDX file with two axes says.
private func complaint(_ bytes: [UInt8]) throws -> String {
  do {
    let idx = try IDXFile(path: file(bytes), axes: 2)
    return "read \(idx.shape)"
  } catch { return "\(error)" }
}

@Test func `IDX files: what is read, and a sentence for each fault`() throws {
  let good: [UInt8] = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]
  #expect(try IDXFile(path: file(good), axes: 2).bytes == [1, 2, 3, 4, 5, 6])
  #expect(try complaint([]).contains("truncated"))
  for length in 1..<good.count {
    let text = try complaint(Array(good.prefix(length)))
    #expect(text.contains("truncated"), "\(length) bytes: \(text)")
  }
  #expect(try complaint(good + [7]).contains("more data follows"))
  #expect(try complaint([0, 0, 13, 2] + good.dropFirst(4)).contains("starts with 0x00000d02"))
  #expect(try complaint([0, 0, 8, 3] + good.dropFirst(4)).contains("has 3 axes where 2"))
  let huge: [UInt8] = [0, 0, 8, 2, 255, 255, 255, 255, 255, 255, 255, 255]
  #expect(try complaint(huge).contains("over 1 GiB"))
  let missing = #expect(throws: TrainingError.self) { try IDXFile(path: "/nowhere/x", axes: 1) }
  #expect(missing?.message == "/nowhere/x: No such file or directory")
}

@Test(.enabled(if: isFashionInstalled))
func `gzip files: damaged and truncated ones are named`() throws {
  let path = FashionMNIST.folder + "/t10k-labels-idx1-ubyte.gz"
  var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  #expect(try IDXFile(path: file(bytes, "l.gz"), axes: 1).shape == [10000])
  for keep in [5, 20, bytes.count / 2, bytes.count - 9, bytes.count - 1] {
    #expect(throws: TrainingError.self, "\(keep) bytes were accepted") {
      try IDXFile(path: file(Array(bytes.prefix(keep)), "l.gz"), axes: 1)
    }
  }
  bytes[bytes.count / 2] ^= 0x10
  let error = #expect(throws: TrainingError.self) {
    try IDXFile(path: file(bytes, "l.gz"), axes: 1)
  }
  #expect(error?.message.contains("l.gz") ?? false, "\(String(describing: error))")
}

@Test func `Fashion-MNIST: a missing folder names the package`() {
  let error = #expect(throws: TrainingError.self) { try FashionMNIST.load(folder: "/nowhere") }
  #expect(error?.message.contains("apt-get install dataset-fashion-mnist") ?? false)
  let name = #expect(throws: TrainingError.self) { try DataCatalog.load("cifar") }
  #expect(name?.message == "there is no data set 'cifar'; choose synthetic or fashion-mnist")
}

@Test(.enabled(if: isFashionInstalled))
func `Fashion-MNIST: sizes, balance, standardisation`() throws {
  let data = try FashionMNIST.load()
  #expect(data.train.count == 60000 && data.test.count == 10000)
  for label in 0..<10 { #expect(data.train.labels.count { $0 == label } == 6000) }
  let all = data.train.batch(0..<60000, sampleShape: data.sampleShape)
  expectStandard(all)
}

@Test func `generated signals: same for a seed, balanced, standardised, not repeated`() {
  let data = SyntheticSignals.make()
  #expect(data.train.count == 4000 && data.test.count == 1000)
  for label in 0..<10 {
    #expect(data.train.labels.count { $0 == label } == 400)
    #expect(data.test.labels.count { $0 == label } == 100)
  }
  let train = data.train.batch(0..<4000, sampleShape: data.sampleShape)
  expectStandard(train)
  let again = SyntheticSignals.make()
  #expect(again.train.batch(0..<4000, sampleShape: [40]).values == train.values)
  #expect(again.train.labels == data.train.labels)
  #expect(SyntheticSignals.make(seed: 1).train.labels != data.train.labels)
  let rows = Set((0..<4000).map { row in (0..<40).map { train[row * 40 + $0] } })
  #expect(rows.count == 4000, "\(4000 - rows.count) signals are repeated")
}

private func expectStandard(_ tensor: Tensor) {
  let count = Double(tensor.count)
  let mean = (0..<tensor.count).reduce(0) { $0 + Double(tensor[$1]) } / count
  let power = (0..<tensor.count).reduce(0) { $0 + Double(tensor[$1]) * Double(tensor[$1]) } / count
  #expect(abs(mean) < 1e-4, "mean \(mean)")
  #expect(abs(power - mean * mean - 1) < 1e-4, "variance \(power - mean * mean)")
}

@Test func `random numbers: uniform, normal, shuffled, by name`() {
  var random = RandomStream(seed: 3, "a")
  let uniform = (0..<20000).map { _ in random.uniform() }
  #expect(uniform.allSatisfy { $0 >= 0 && $0 < 1 })
  #expect(abs(Statistics(uniform).mean - 0.5) < 0.01)
  let normal = (0..<20000).map { _ in random.normal() }
  #expect(abs(Statistics(normal).mean) < 0.03 && abs(Statistics(normal).deviation - 1) < 0.03)
  var tally = [Int](repeating: 0, count: 6)
  for _ in 0..<6000 { tally[random.index(below: 6)] += 1 }
  #expect(tally.allSatisfy { abs($0 - 1000) < 150 }, "\(tally)")
  var order = Array(0..<100)
  random.shuffle(&order)
  #expect(order != Array(0..<100) && order.sorted() == Array(0..<100))
  var same = RandomStream(seed: 3, "a")
  var other = RandomStream(seed: 3, "b")
  #expect(same.uniform() == uniform[0] && other.uniform() != uniform[0])
}
