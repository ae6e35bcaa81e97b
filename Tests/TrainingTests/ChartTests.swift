import Foundation
import FoundationXML
import Testing
import Training

@Test func `charts: well-formed XML whatever the names and values`() throws {
  let points = [0.0, 1, .nan, 3, .infinity, -5e300].enumerated().map {
    ChartPoint(x: Double($0), y: $1)
  }
  let charts = [
    Chart(
      title: "a < b & \"c\" \u{1}", xLabel: "x", yLabel: "y",
      series: [ChartSeries(name: "<&>", points: points)]),
    Chart(title: "empty", xLabel: "", yLabel: "", series: []),
    Chart(
      title: "one", xLabel: "x", yLabel: "y",
      series: [
        ChartSeries(name: "constant", points: [.init(x: 2, y: 7)], band: [6...8], isDashed: true)
      ]),
  ]
  for text in charts.map({ $0.svg() }) + [Chart.svg(charts)] {
    let parser = XMLParser(data: Data(text.utf8))
    #expect(parser.parse(), "\(String(describing: parser.parserError)) in \(text)")
    #expect(!text.contains("nan") && !text.contains("inf"), "\(text)")
  }
}

@Test func `charts: marks at round numbers`() {
  func svg(_ points: [(Double, Double)], whole: Bool = false) -> String {
    var chart = Chart(
      title: "t", xLabel: "x", yLabel: "y",
      series: [ChartSeries(name: "s", points: points.map { ChartPoint(x: $0.0, y: $0.1) })])
    chart.hasWholeX = whole
    return chart.svg()
  }
  let epochs = svg([(1, 86), (3, 88)], whole: true)
  for mark in [">1<", ">2<", ">3<", ">86.5<"] { #expect(epochs.contains(mark), "no \(mark)") }
  #expect(!epochs.contains(">1.5<"))
  let wide = svg([(-4, -2e-7), (4, 3e-7)])
  for mark in [">\u{2212}4<", ">0<", ">2e-7<"] {
    #expect(wide.contains(mark), "no \(mark): \(wide)")
  }
}
