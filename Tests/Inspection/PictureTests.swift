import Foundation
import Inspection
import Pictures
import TensorFiles
import TestSupport
import Testing

@Suite struct PictureTests {
  @Test func imagesAreReadInPlanes() throws {
    let scratch = try TemporaryFolder()
    let drawable = try #require(DrawableTensor(in: try scratch.write(imagesWriter())))
    #expect(drawable.count == 2)
    let tiles = try drawable.tiles(limit: 5)
    #expect(tiles.map(\.caption) == ["automobile", "cat"])
    #expect(tiles[0].image.pixel(x: 2, y: 1) == (255, 0, 0))
    #expect(tiles[1].image.pixel(x: 1, y: 1) == (4, 10, 16), "row 1, column 1 of each plane")
    #expect(try drawable.tiles(limit: 1).count == 1)
    #expect(try drawable.tile(at: 1) == tiles[1])
  }

  @Test func captionsWithoutNamesAndWithout() throws {
    let scratch = try TemporaryFolder()
    var writer = TensorFileWriter(schema: "images", metadata: ["class_names": "[\"cat\"]"])
    writer.add("images", shape: [2, 3, 1, 1], [UInt8](repeating: 9, count: 6))
    let bare = try #require(DrawableTensor(in: try scratch.write(writer)))
    #expect(try bare.tiles(limit: 2).map(\.caption) == ["", ""])
    writer.add("labels", shape: [2], [0, 7] as [UInt8])
    let labelled = try #require(DrawableTensor(in: try scratch.write(writer)))
    #expect(try labelled.tiles(limit: 2).map(\.caption) == ["cat", "7"], "7 has no name")
  }

  @Test func sheetsAreReadRowByRow() throws {
    let scratch = try TemporaryFolder()
    var writer = TensorFileWriter(schema: "augmented")
    writer.add("images", shape: [2, 3, 3, 1, 1], (0..<18).map { UInt8($0) })
    let drawable = try #require(DrawableTensor(in: try scratch.write(writer)))
    #expect(drawable.count == 6)
    #expect(
      try drawable.tile(at: 4)
        == ImageTile(image: PixelImage(width: 1, height: 1, bytes: [12, 13, 14])))
  }

  @Test func filtersAreScaledAroundGrey() throws {
    let scratch = try TemporaryFolder()
    var writer = TensorFileWriter(schema: "filters")
    writer.add("filters", shape: [2, 3, 1, 1], [0.5, -0.5, 0, 0, 0, .nan] as [Float])
    let drawable = try #require(DrawableTensor(in: try scratch.write(writer)))
    let tiles = try drawable.tiles(limit: 2)
    #expect(tiles[0].image.bytes == [255, 0, 128])
    #expect(tiles[1].image.bytes == [128, 128, 128])
  }

  /// 127.5 times the weight overflows a `Float`, or the weight is among the smallest.
  @Test(arguments: [3e36, -3e36, .greatestFiniteMagnitude, .leastNonzeroMagnitude] as [Float])
  func filtersOfAnySizeAreDrawn(weight: Float) throws {
    let scratch = try TemporaryFolder()
    var writer = TensorFileWriter(schema: "filters")
    writer.add("filters", shape: [1, 3, 1, 1], [weight, -weight, 0])
    let drawable = try #require(DrawableTensor(in: try scratch.write(writer)))
    let bytes: [UInt8] = weight > 0 ? [255, 0, 128] : [0, 255, 128]
    #expect(try drawable.tile(at: 0).image.bytes == bytes)
  }

  @Test(arguments: [
    [2, 1, 2, 2], [2, 3, 4], [0, 3, 2, 2], [2, 3, 1, 2, 2], [1, 1, 1, 3, 2, 2],
  ])
  func otherShapesAreNotDrawn(shape: [Int]) throws {
    let scratch = try TemporaryFolder()
    var writer = TensorFileWriter(schema: "images")
    writer.add("images", shape: shape, [UInt8](repeating: 0, count: shape.reduce(1, *)))
    #expect(DrawableTensor(in: try scratch.write(writer)) == nil)
  }

  @Test func halfBlocksOfATinyImage() {
    let image = PixelImage(
      width: 2, height: 3,
      bytes: [255, 0, 0, 255, 0, 0] + [0, 0, 1, 0, 0, 1] + [9, 8, 7, 6, 5, 4])
    #expect(
      HalfBlocks.lines(of: image) == [
        "\u{1B}[38;2;255;0;0;48;2;0;0;1m▀▀\u{1B}[0m",
        "\u{1B}[38;2;9;8;7m▀\u{1B}[38;2;6;5;4m▀\u{1B}[0m",
      ])
  }

  @Test(arguments: [1, 9, 31, 32, 64, 65, 80, 500])
  func tilesFitTheTerminal(width: Int) {
    let tiles = (0..<5).map { index in
      ImageTile(image: PixelImage(width: 32, height: 32, grey: 7), caption: "class \(index)")
    }
    let lines = HalfBlocks.lines(of: tiles, width: width).map(Self.visible)
    #expect(lines.allSatisfy { $0.count <= width })
    let perRow = [1: 1, 9: 1, 31: 1, 32: 1, 64: 1, 65: 2, 80: 2, 500: 5][width] ?? 0
    let side = [1: 1, 9: 8, 31: 16][width] ?? 32
    #expect(lines.count == (5 + perRow - 1) / perRow * ((side + 1) / 2 + 1))
  }

  /// A caption is truncated to the width of its picture in terminal columns.
  @Test(arguments: ["class", "漢字の名前がとても長い", "ネコ", "a name of a hundred letters", ""])
  func captionsKeepTheirPlace(_ caption: String) throws {
    let tiles = (0..<2).map { _ in
      ImageTile(image: PixelImage(width: 16, height: 2, grey: 7), caption: caption + "!")
    }
    let line = try #require(HalfBlocks.lines(of: tiles, width: 40).last)
    #expect(PrintableText.width(of: line) == 33, "'\(line)'")
  }

  @Test func halvingAveragesAndKeepsOddEdges() {
    let image = PixelImage(width: 3, height: 1, bytes: [0, 10, 20, 4, 11, 20, 7, 8, 9])
    #expect(image.halved().bytes == [2, 11, 20, 7, 8, 9])
    #expect(image.halved().enlarged(by: 2).width == 4)
  }

  @Test(arguments: [(1, 1, 1), (2, 2, 1), (5, 3, 2), (9, 3, 3), (100, 10, 10)])
  func gridIsNearlySquare(count: Int, columns: Int, rows: Int) {
    let tiles = (0..<count).map { index in
      ImageTile(image: PixelImage(width: 4, height: 3, grey: UInt8(index)))
    }
    let grid = ImageGrid.picture(of: tiles, gap: 1, leastTileWidth: 7)
    #expect(grid.width == columns * 9 + 1 && grid.height == rows * 7 + 1, "enlarged by 2, gap of 1")
    #expect(grid.pixel(x: 0, y: 0) == (255, 255, 255))
    #expect(grid.pixel(x: 8, y: 6) == (0, 0, 0))
    let last = UInt8(count - 1)
    let (x, y) = (1 + (count - 1) % columns * 9, 1 + (count - 1) / columns * 7)
    #expect(grid.pixel(x: x, y: y) == (last, last, last))
  }

  /// A line without its escape sequences.
  private static func visible(_ line: String) -> String {
    line.replacing(/\u{1B}\[[0-9;]*m/, with: "")
  }
}
