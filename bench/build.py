"""Makes the files of one or more nets: for each a folder with the artifact, the ONNX forms and the sample.

    python bench/build.py TARGET/bench [--only WORD ..]

TARGET is cargo's target folder, where the converter is looked for. A net is made again only if a file here, or the header's encoder, changed.
"""

import argparse
import hashlib
import json
import logging
import pathlib

import numpy as np

import artifact
from graphs import FILES, NETS
from to_iso import FromNet
from to_onnx import FORMS, Onnx

CONVERTED = ("fashion_mnist",)  # made by our converter, which may have changed: made again each time
HERE = pathlib.Path(__file__).resolve().parent


def sources() -> str:
    files = sorted([*HERE.glob("*.py"), *HERE.glob("graphs/*.py"), HERE / "requirements.txt"])
    files.append(pathlib.Path(artifact.header.__file__))
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()


def build(key: str, out: pathlib.Path) -> pathlib.Path:
    folder = out / key.replace(" ", "-").replace("/", "-")
    done = folder / "sources"
    folder.mkdir(parents=True, exist_ok=True)
    if done.exists() and done.read_text() == sources() and key not in CONVERTED:
        return folder
    done.unlink(missing_ok=True)
    logging.getLogger().setLevel(logging.ERROR)  # onnxruntime's quantiser gives general advice as warnings
    if key in FILES:
        FILES[key](folder, out.parent)
    else:
        write(NETS[key](), folder)
    done.write_text(sources())
    return folder


def write(net, folder: pathlib.Path) -> None:
    (folder / "model.iso").write_bytes(FromNet(net).to_file())
    (folder / "f24.iso").write_bytes(FromNet(net, f24=True).to_file())
    alone = len(net.nodes) == 1 and net.nodes[0].kind == "conv"
    for form in FORMS:
        if form != "nhwc" or alone:
            (folder / f"{form}.onnx").write_bytes(Onnx(net, form).to_file())
    image = len(net.input.shape) == 3
    rows = net.input.sample.transpose(1, 2, 0) if image else net.input.sample
    (folder / "input.nchw").write_bytes(net.input.sample.tobytes())
    (folder / "input.nhwc").write_bytes(rows.tobytes())
    (folder / "input.iso").write_bytes((rows ^ np.uint8(128)).tobytes())
    about = {
        "input": net.input.shape, "output": net.output.shape, "batched": image,
        "alike": True,  # the same integers for all, so the answers can be compared
    }
    (folder / "about.json").write_text(json.dumps(about))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--only", nargs="+", default=[""])
    args = parser.parse_args()
    for key in (*NETS, *FILES):
        if any(word in key for word in args.only):
            print(build(key, args.out))


if __name__ == "__main__":
    main()
