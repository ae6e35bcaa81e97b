import Formula
import Foundation
import Testing

@Test func `every prefix of a text is read or refused with a place`() throws {
  let bytes = Array(wholeText.utf8)
  var taken = 0
  for length in 0...bytes.count {
    bytes[0..<length].withUnsafeBytes { raw in
      do throws(ParseError) {
        _ = try Descriptor.parse(raw)
        taken += 1
      } catch {
        #expect(isPlace(error, in: bytes[0..<length]), "prefix \(length): \(error.description)")
      }
    }
  }
  #expect(taken > 0 && taken < bytes.count, "\(taken) prefixes were taken")
}

@Test func `changed bytes are read or refused with a place`() throws {
  var random = SplitMix64(seed: 1)
  let original = Array(wholeText.utf8)
  var taken = 0
  for _ in 0..<20_000 {
    var bytes = original
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.insert(original.randomElement(using: &random)!, at: place)
      case 2: bytes.remove(at: place)
      default: bytes[place] = Array("()[]?:^*#\"\n.0".utf8).randomElement(using: &random)!
      }
    }
    bytes.withUnsafeBytes { raw in
      do throws(ParseError) {
        for activation in try Descriptor.parse(raw).activations {
          _ = activation.parameters.map { $0.initialValues(counts: activation.defaultCounts) }
          _ = activation.formula.text
        }
        taken += 1
      } catch {
        #expect(isPlace(error, in: bytes[...]), "\(error.description)")
      }
    }
  }
  #expect(taken > 1000 && taken < 20_000, "\(taken) of 20,000 were taken")
}

@Test func `large and deep formulas are refused in time`() {
  let megabyte = 1 << 20
  func repeated(_ unit: String, _ last: String = "x") -> String {
    String(repeating: unit, count: (megabyte - 100) / unit.utf8.count) + last
  }
  let texts = [
    String(repeating: "(", count: 100_000), String(repeating: "(", count: 100_000) + "x",
    String(repeating: "-", count: 100_000) + "x", String(repeating: "exp(", count: 100_000),
    String(repeating: "x^", count: 100_000) + "x",
    String(repeating: "x>0?x:", count: 100_000) + "x",
    repeated("x+"), repeated("x + 1.5*"), repeated("max(x,"), repeated("x"), repeated("1"),
    repeated(" ", ""), repeated("#"), repeated("\n", ""), repeated("sum(k,0,9,"),
    repeated("sum(k,0,99999999,x)+"),
    String(repeating: "x", count: megabyte + 1), repeated("[", ""), repeated("x*(", ""),
  ]
  for text in texts {
    let name = "\(text.prefix(12).debugDescription)..."
    var message = ""
    let time = processorTime { message = complaint(text) }
    #expect(message.hasPrefix("line "), "\(name): \(message)")
    #expect(time < 1, "\(name) took \(time) s")
    let whole = activation("formula " + text)
    let wholeTime = processorTime { message = complaint(descriptor: whole) }
    #expect(message.hasPrefix("line "), "\(name): \(message)")
    #expect(wholeTime < 1, "\(name) took \(wholeTime) s")
  }
}

@Test(arguments: [
  "sum(a, 0, 65535, sum(b, 0, 65535, x))", "sum(k, 0, 1000000000, x)",
  "sum(a, 0, 99, sum(b, 0, 99, sum(c, 0, 99, x*a*b*c)))", "sum(k, 0, 1000000, x^k)",
])
func `sums that are too long are refused in time`(formula: String) throws {
  let expression = try Expression(parsing: formula)
  let time = processorTime {
    #expect(throws: FormulaError.self) { try expression.instantiate() }
  }
  #expect(time < 3, "\(time) s")
}

@Test func `what fuzzing found is read or refused in time`() throws {
  let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Fuzz/cases/descriptor")
  let files = try FileManager.default.contentsOfDirectory(
    at: folder, includingPropertiesForKeys: nil)
  #expect(files.count >= 11, "\(files.count) cases in \(folder.path())")
  for file in files {
    let bytes = [UInt8](try Data(contentsOf: file))
    let time = processorTime {
      bytes.withUnsafeBytes { raw in
        do throws(ParseError) {
          _ = try Descriptor.parse(raw)
        } catch {
          #expect(isPlace(error, in: bytes[...]), "\(error.description)")
        }
      }
    }
    #expect(time < 1.5, "\(file.lastPathComponent) took \(time) s")
  }
}

@Test func `a deep formula goes through every pass on a small stack`() throws {
  let deep = Limits.depth - 1
  let texts = [
    String(repeating: "(", count: deep) + "x" + String(repeating: ")", count: deep),
    String(repeating: "sin(", count: deep) + "x" + String(repeating: ")", count: deep),
    String(repeating: "x^", count: deep) + "x",
    String(repeating: "max(1, -", count: deep / 2) + "x" + String(repeating: ")", count: deep / 2),
    String(repeating: "x>0?x:", count: deep) + "x",
    String(repeating: "x*x+", count: 3000) + "x", String(repeating: "x-", count: 8000) + "x",
  ]
  for text in texts {
    let outcome = onSmallStack(byteCount: 384 << 10) {
      do {
        let f = try Expression(parsing: text).instantiate()
        let d = try f.derivative(by: .x)
        _ = d.text
        return try Program(outputs: [f, d]).evaluate(x: 0.5).count == 2 ? "" : "no result"
      } catch let error as ParseError { return error.description } catch { return "\(error)" }
    }
    #expect(outcome == "", "\(text.prefix(20))...")
  }
}

@Test func `numbers are read the same under a comma-decimal locale`() throws {
  let outcome = try withCommaLocale { () -> [Double] in
    let text = "0.12345678901234567890 + 1.5e-300*x"
    guard let f = try? Expression(parsing: text).instantiate(),
      let program = try? Program(outputs: [f])
    else { return [] }
    return program.evaluate(x: 1)
  }
  #expect(outcome == [0.12345678901234567890 + 1.5e-300])
}

/// True if the error points at a line that exists and into it, or one past its end.
private func isPlace(_ error: ParseError, in bytes: ArraySlice<UInt8>) -> Bool {
  let lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
  guard error.line >= 1, error.line <= lines.count, error.column >= 1 else { return false }
  return error.column <= lines[error.line - 1].count + 1 && !error.message.isEmpty
}
