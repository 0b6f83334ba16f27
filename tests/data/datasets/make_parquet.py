#!/usr/bin/env python3
"""Writes the Parquet files of this folder. Needs pyarrow (PyPI); written with version 26.

Usage: tests/data/datasets/make_parquet.py. The tests know the values: row i of parquet/*.parquet.
"""
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

HERE = pathlib.Path(__file__).parent
ROWS = 300


def every_type():
    """A table with all types that are read, and some that are not."""
    rows = range(ROWS)
    image = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    options = [None if i % 7 == 0 else [None if k == 2 else f"option {i % 5} {k}" for k in range(i % 4)]
               for i in rows]
    return pa.table({
        "id": pa.array([i * 1_000_000_007 for i in rows], pa.int64()),
        "small": pa.array([i - 150 for i in rows], pa.int32()),
        "ratio": pa.array([i / 8 for i in rows], pa.float64()),
        "half": pa.array([i / 2 for i in rows], pa.float32()),
        "flag": pa.array([None if i % 11 == 0 else i % 3 == 0 for i in rows], pa.bool_()),
        "text": pa.array([None if i % 5 == 0 else f"text {i}" for i in rows], pa.string()),
        "kind": pa.array([f"kind {i // 100}" for i in rows], pa.string()),
        "options": pa.array(options, pa.list_(pa.string())),
        "image": pa.array([{"bytes": b"\x00\xff", "path": f"{i}.jpg"} for i in rows], image),
        "pairs": pa.array([[[i]] for i in rows], pa.list_(pa.list_(pa.int32()))),
        "digest": pa.array([bytes([i % 256] * 4) for i in rows], pa.binary(4)),
    }, schema=pa.schema([
        pa.field("id", pa.int64(), nullable=False), ("small", pa.int32()), ("ratio", pa.float64()),
        ("half", pa.float32()), ("flag", pa.bool_()), ("text", pa.string()), ("kind", pa.string()),
        ("options", pa.list_(pa.string())), ("image", image), ("pairs", pa.list_(pa.list_(pa.int32()))),
        ("digest", pa.binary(4))]))


def video_mme():
    """Rows as in Video-MME's test split, in other words."""
    rows = [("001", "short", "vidA", "001-1", "What falls from the table?", ["cup", "book", "key", "pen"], "B"),
            ("001", "short", "vidA", "001-2", "How often?", ["Once.", "Twice.", "Never.", "Daily."], "A"),
            ("002", "long", "vidB", "002-1", "Who enters first?", ["He.", "She.", "A dog.", "None."], "C")]
    return pa.table({
        "video_id": [r[0] for r in rows],
        "duration": [r[1] for r in rows],
        "domain": ["Life Record"] * 3,
        "sub_category": ["Daily Life"] * 3,
        "url": ["https://example.org/" + r[2] for r in rows],
        "videoID": [r[2] for r in rows],
        "question_id": [r[3] for r in rows],
        "task_type": ["Action Recognition", "Counting Problem", "Action Recognition"],
        "question": [r[4] for r in rows],
        "options": [[f"{'ABCD'[i]}. {text}" for i, text in enumerate(r[5])] for r in rows],
        "answer": [r[6] for r in rows]})


def activitynet_qa():
    """Rows as in a published table of ActivityNet-QA's test split, in other words."""
    return pa.table({
        "video_name": ["aaa", "bbb"],
        "question": ["what does the person throw", "does it rain in the video"],
        "question_id": ["v_aaa_1", "v_bbb_1"],
        "answer": ["a ball", "no"],
        "type": ["0", "3"]})


def write(name, table, **options):
    (HERE / name).parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, HERE / name, **options)


def main():
    table = every_type()
    small = {"row_group_size": 128, "data_page_size": 256, "write_batch_size": 16,
             "write_statistics": False, "store_schema": False}
    write("parquet/snappy-v1.parquet", table, compression="snappy", data_page_version="1.0", **small)
    write("parquet/zstd-v2.parquet", table, compression="zstd", data_page_version="2.0", **small)
    write("parquet/gzip-plain.parquet", table, compression="gzip", use_dictionary=False, **small)
    few = table.slice(0, 20)
    write("parquet/none-v2.parquet", few, compression="none", data_page_version="2.0", **small)
    brotli = few.select(["id"])
    write("parquet/brotli.parquet", brotli, compression="brotli", store_schema=False)
    write("parquet/delta.parquet", brotli, use_dictionary=False, store_schema=False,
          column_encoding={"id": "DELTA_BINARY_PACKED"})
    write("video-mme/videomme/test-00000-of-00001.parquet", video_mme())
    write("activitynet-qa-table/test-00000-of-00001.parquet", activitynet_qa())


if __name__ == "__main__":
    main()
