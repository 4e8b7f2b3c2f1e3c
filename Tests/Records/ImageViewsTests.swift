import Records
import Testing

/// The description of accuracies from several views of each image.
@Suite struct ImageViewsTests {
  @Test(
    arguments: [
      (.plain, nil), (.flip, "2 views each"), (ImageViews(.mirrored), "2 views each"),
      (ImageViews(.shifted), "6 views each"), (ImageViews(.plain, fraction: 0.5), nil),
      (ImageViews(.shifted, fraction: 0.25), "6 views of the least certain 25 %"),
      (ImageViews(.mirrored, fraction: 0.125), "2 views of the least certain 12.5 %"),
      (ImageViews(.mirrored, fraction: 1e-300), "2 views of the least certain 0 %"),
    ] as [(ImageViews, String?)])
  func marks(_ views: ImageViews, _ mark: String?) {
    #expect(views.mark == mark)
  }

  @Test func sentencesSayWhatIsAveraged() {
    #expect(ImageViews.plain.sentence == nil)
    #expect(
      ImageViews.flip.sentence
        == "each answer is the mean of those to the image and to its mirror image")
    #expect(
      ImageViews(.mirrored).sentence
        == "each answer averages the logits of 2 views: the image and its mirror image")
    #expect(
      ImageViews(.shifted, fraction: 0.25).sentence
        == "the answers to the least certain 25 % of the images average the logits of 6 views: the "
        + "image as it is and shifted by a pixel up-left and down-right, each also mirrored")
  }
}
