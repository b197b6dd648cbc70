"""What a J-Alert line carries, made by hand: frames, BCH headers and the tars of 国民保護."""

import gzip
import io
import tarfile

MISSILE = (
    "ミサイル発射。ミサイル発射。北朝鮮からミサイルが発射されたものとみられます。建物の中、又は地下に避難して下さい。"
)
PASSED = (
    "ミサイル通過。ミサイル通過。先程のミサイルは通過したものとみられます。避難の呼びかけを解除します。"
    "不審なものには決して近寄らず直ちに警察や消防などに連絡して下さい。"
)
TEST = "これは、Ｊアラートのテストです。"


def frame(kind: str, data: bytes) -> bytes:
    return b"%08d" % len(data) + kind.encode() + data


def bch(body: bytes, *, xml_type: int = 1, version: int = 4, heading: bytes = b"", wrong: int = 0) -> bytes:
    """Twenty bytes of header with a right checksum (or one off by ``wrong``), the heading, the body."""
    head = bytearray(20)
    head[0] = version << 4 | 5
    head[4] = xml_type << 2
    head[9] = len(heading)
    total = sum(int.from_bytes(head[at : at + 2], "big") for at in range(0, 20, 2) if at != 10)
    while total > 0xFFFF:
        total = (total >> 16) + (total & 0xFFFF)
    head[10:12] = ((total ^ 0xFFFF) + wrong & 0xFFFF).to_bytes(2, "big")
    return bytes(head) + heading + body


def tar(files: dict[str, bytes], *, mtime: int = 1_795_000_000) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), mtime
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def notice(
    text: str = MISSILE, *, flag: str | None = "1", ini: str = "", encoding: str = "cp932", mtime: int = 0
) -> bytes:
    """A 国民保護 tar; TrainingFlg 0 is a drill."""
    told = "[Contents000]\r\n" + (f"TrainingFlg={flag}\r\n" if flag is not None else "") + ini
    return tar({"kokumin.txt": text.encode(encoding), "kokumin.ini": told.encode(encoding)}, mtime=mtime)


def telegram(identifier: int = 1, *, status: str = "通常", title: str = "津波警報・注意報・予報a") -> bytes:
    """A small telegram of JMA that warns 岡山県 (coast 540) of a tsunami."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Report xmlns="http://xml.kishou.go.jp/jmaxml1/" xmlns:jmx="http://xml.kishou.go.jp/jmaxml1/">
<Control><Title>{title}</Title><DateTime>2026-11-21T03:0{identifier}:00Z</DateTime><Status>{status}</Status>
<EditorialOffice>気象庁本庁</EditorialOffice><PublishingOffice>気象庁</PublishingOffice></Control>
<Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/"><Title>津波警報</Title>
<ReportDateTime>2026-11-21T12:0{identifier}:00+09:00</ReportDateTime>
<EventID>2026112112000{identifier}</EventID><InfoType>発表</InfoType><Serial/><InfoKind>津波警報・注意報・予報</InfoKind>
<InfoKindVersion>1.0_1</InfoKindVersion><Headline><Text>津波警報を発表しました。</Text></Headline></Head>
<Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/seismology1/"><Tsunami><Forecast><Item>
<Area><Name>岡山県</Name><Code>540</Code></Area>
<Category><Kind><Name>津波警報</Name><Code>51</Code></Kind><LastKind><Name>津波なし</Name><Code>00</Code></LastKind></Category>
</Item></Forecast></Tsunami></Body></Report>""".encode()


def gzipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)
