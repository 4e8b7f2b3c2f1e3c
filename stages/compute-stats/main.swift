//: # Channel statistics
//:
//: A network learns faster from numbers around zero of about the size of one. This stage measures what
//: that takes: the mean and the standard deviation of each colour channel over the training images.
//:
//: | | |
//: |---|---|
//: | reads | `train`: the training images as they were parsed |
//: | writes | `statistics.safetensors`: `mean`, `std` F64 [3], in units of pixel/255 |
//: | | `histogram.safetensors`: `counts` I64 [3, 256]; both with `class_counts` I64 [10] |
//: | claims | on CIFAR-10's 50,000: means 0.49140 0.48216 0.44653, deviations 0.24703 0.24348 0.26159 |
//:
//: Test images take no part: what is known of them must not leak into training. Images that a later
//: split sets aside for validation do, as in the published protocols; six numbers of 50,000 images tell
//: nothing of any one of them.

import Datasets
import Foundation
import Notebook

let options = StageOptions.parseForStage()
let train = orExit {
  try ImageSet(contentsOf: options.input("train"), producedBy: "fetch-and-parse")
}
if let warning = train.dataStatus.warning { warn(warning) }

//: ## Counting
//:
//: A pixel is a byte, so 256 counts say all there is to say about a channel. They are integers: 51
//: million pixels a channel are counted without any rounding, in any order. A running `Float` sum
//: would be wrong here, since past 2²⁴ it can't take in a single one any more.

let histogram = ChannelHistogram(of: train)

//: ## Mean and deviation
//:
//: With v a value of 0 to 255, h(v) its count and n the number of pixels,
//:
//:     mean = Σ v·h(v) / (255·n)        std = √( Σ h(v)·(v/255 − mean)² / n )
//:
//: The deviation is the population's (divided by n), as published tables have it. The textbook
//: shortcut, the mean of squares less the square of the mean, would subtract two numbers that are
//: nearly equal; on 256 counts the honest form costs nothing.

let statistics = ChannelStatistics(of: histogram)
show(
  table: Table(
    header: ["channel", "mean", "std"],
    rows: ["red", "green", "blue"].enumerated().map { channel, name in
      [
        name, String(format: "%.5f", statistics.mean[channel]),
        String(format: "%.5f", statistics.std[channel]),
      ]
    }))

//: ## The classes
//:
//: Ten balanced classes put a guess at 10 %. Where the counts differ, accuracy alone flatters a
//: network that prefers the larger classes.

show(
  table: Table(
    header: ["class", "images"],
    rows: zip(statistics.classNames, statistics.classCounts).map { [$0, String($1)] }))

//: ## Writing
//:
//: The statistics go to whoever normalises, the histogram to whoever draws it. They are two small files
//: so that a figure never has to open the images.

orExit {
  try statistics.write(to: options.output("statistics.safetensors"))
  try histogram.write(to: options.output("histogram.safetensors"))
}

//: ## Was the promise kept?
//:
//: Every image was counted, in its class and with 1,024 pixels in each channel.

let imagesCounted = statistics.classCounts.reduce(0, +)
let pixelsCounted = histogram.counts.reduce(0, +)
guard imagesCounted == train.count, pixelsCounted == train.images.count else {
  exitWithError("counted \(imagesCounted) images of \(train.count), and \(pixelsCounted) pixels")
}
show("counted: \(imagesCounted) images, \(pixelsCounted) pixels")
