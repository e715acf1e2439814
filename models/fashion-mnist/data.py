"""Fashion-MNIST: reads the official files and writes the small .npy files that the repository keeps.

    python data.py                 # calibration-images.npy, test-images.npy, test-labels.npy
    python data.py --all-to DIR    # the whole test split (10,000) as DIR/images.npy and DIR/labels.npy
"""

import argparse
import gzip
import pathlib

import numpy as np

DEFAULT = pathlib.Path("/usr/share/datasets/fashion-mnist")  # Debian package dataset-fashion-mnist
HERE = pathlib.Path(__file__).parent
VALIDATION = 5_000  # the last images of the training split, held out for every choice made in training
CALIBRATION = 256  # the first images of the training split
SHIPPED = 500  # the first images of the test split


def idx(path):
    """An IDX file of unsigned bytes as an array: 00 00 08 rank, then big-endian sizes, then the bytes."""
    raw = gzip.decompress(path.read_bytes())
    if raw[:3] != b"\0\0\x08":
        raise SystemExit(f"{path}: not an IDX file of unsigned bytes")
    rank = raw[3]
    shape = np.frombuffer(raw, ">u4", rank, 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)


def load(folder, split):
    """Images [N, 28, 28] and labels [N], both uint8; split is "train" (60,000) or "t10k" (10,000)."""
    folder = pathlib.Path(folder)
    return idx(folder / f"{split}-images-idx3-ubyte.gz"), idx(folder / f"{split}-labels-idx1-ubyte.gz")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", default=DEFAULT, help="folder of the four official .gz files")
    parser.add_argument("--all-to", type=pathlib.Path, help="write the whole test split there instead")
    args = parser.parse_args()

    images, labels = load(args.data, "t10k")
    if args.all_to:
        args.all_to.mkdir(parents=True, exist_ok=True)
        np.save(args.all_to / "images.npy", images)
        np.save(args.all_to / "labels.npy", labels)
        return
    np.save(HERE / "calibration-images.npy", load(args.data, "train")[0][:CALIBRATION])
    np.save(HERE / "test-images.npy", images[:SHIPPED])
    np.save(HERE / "test-labels.npy", labels[:SHIPPED])


if __name__ == "__main__":
    main()
