"""L-Alert documents for the tests, written by hand after FORMATS 1.4 and 1.5: 倉敷市, July 2018.

``document`` puts a body into an envelope and replaces texts; each must be there, so that no test changes nothing.
"""

import pytest

from cap_formats.alert import Alert
from cap_formats.decode import decode_parts
from cap_formats.lalert.decode import decode_lalert
from cap_formats.part import Good
from cap_formats.problem import FormatError
from cap_formats.xml import read_xml

ENVELOPE = """<?xml version="1.0" encoding="UTF-8"?>
<edxlde:EDXLDistribution xmlns:edxlde="urn:oasis:names:tc:emergency:EDXL:DE:1.0"
    xmlns:commons="http://xml.publiccommons.ne.jp/xml/edxl/"
    xmlns:pcx_eb="http://xml.publiccommons.ne.jp/pcxml1/elementBasis3/"
    xmlns:pcx_ib="http://xml.publiccommons.ne.jp/pcxml1/informationBasis3/">
  <edxlde:distributionID>city.kurashiki.okayama.jp-0b6a9f0e-5f6f-4f0f-9a41-6d5f3c5a0001</edxlde:distributionID>
  <edxlde:senderID>city.kurashiki.okayama.jp</edxlde:senderID>
  <edxlde:dateTimeSent>2018-07-06T23:52:10+09:00</edxlde:dateTimeSent>
  <edxlde:distributionStatus>Actual</edxlde:distributionStatus>
  <edxlde:distributionType>Report</edxlde:distributionType>
  <edxlde:combinedConfidentiality>UNCLASSIFIED AND NOT SENSITIVE</edxlde:combinedConfidentiality>
  <commons:targetArea>
    <edxlde:circle>34.5850,133.7720,0</edxlde:circle>
    <commons:areaName>倉敷市</commons:areaName>
    <commons:areaNameKana>くらしきし</commons:areaNameKana>
    <commons:jisX0402>332020</commons:jisX0402>
  </commons:targetArea>
  <commons:contentObject>
    <edxlde:contentDescription>{headline}</edxlde:contentDescription>{roles}
    <edxlde:xmlContent>
      <edxlde:embeddedXMLContent>
        <Report xmlns="http://xml.publiccommons.ne.jp/pcxml1/3">
          <Control>
            <Title>{category}</Title>
            <edxlde:distributionStatus>Actual</edxlde:distributionStatus>
            <EditorialOffice>
              <pcx_eb:OrganizationCode>332020</pcx_eb:OrganizationCode>
              <pcx_eb:OfficeName>総務局防災推進課</pcx_eb:OfficeName>
              <pcx_eb:OrganizationName>倉敷市</pcx_eb:OrganizationName>
            </EditorialOffice>
            <PublishingOffice>
              <pcx_eb:OfficeInfo>
                <pcx_eb:OrganizationCode>332020</pcx_eb:OrganizationCode>
                <pcx_eb:ContactInfo pcx_eb:contactType="phone">086-426-3645</pcx_eb:ContactInfo>
                <pcx_eb:ContactInfo pcx_eb:contactType="fax">086-426-4460</pcx_eb:ContactInfo>
                <pcx_eb:ContactInfo pcx_eb:contactType="person_responsible">倉敷　太郎</pcx_eb:ContactInfo>
                <pcx_eb:OfficeName>総務局防災推進課</pcx_eb:OfficeName>
                <pcx_eb:OfficeNameKana>そうむきょくぼうさいすいしんか</pcx_eb:OfficeNameKana>
                <pcx_eb:OfficeLocation>
                  <commons:areaName>岡山県倉敷市西中新田640</commons:areaName>
                </pcx_eb:OfficeLocation>
                <pcx_eb:OfficeDomainName>bousai.city.kurashiki.okayama.jp</pcx_eb:OfficeDomainName>
                <pcx_eb:OrganizationName>倉敷市</pcx_eb:OrganizationName>
              </pcx_eb:OfficeInfo>
            </PublishingOffice>
          </Control>
          <pcx_ib:Head>
            <pcx_ib:Title>{title}</pcx_ib:Title>
            <pcx_ib:CreateDateTime>2018-07-06T23:50:00+09:00</pcx_ib:CreateDateTime>
            <pcx_ib:FirstCreateDateTime>2018-07-06T11:30:00+09:00</pcx_ib:FirstCreateDateTime>
            <pcx_ib:ReportDateTime>2018-07-06T23:50:00+09:00</pcx_ib:ReportDateTime>
            <pcx_ib:TargetDateTime>2018-07-06T23:50:00+09:00</pcx_ib:TargetDateTime>
            <pcx_ib:ValidDateTime>2018-07-13T23:50:00+09:00</pcx_ib:ValidDateTime>
            <edxlde:distributionID>city.kurashiki.okayama.jp-0b6a9f0e-5f6f-4f0f-9a41-6d5f3c5a0001</edxlde:distributionID>
            <edxlde:distributionType>Report</edxlde:distributionType>
            <commons:documentRevision>1</commons:documentRevision>
            <commons:previousDocumentRevision>0</commons:previousDocumentRevision>
            <commons:documentID>act-city.kurashiki.okayama.jp-7d1f2c34-0000-4000-8000-00000000000a</commons:documentID>
            <pcx_ib:Headline>
              <pcx_ib:Text>{headline}</pcx_ib:Text>
              <pcx_ib:Areas>
                <pcx_ib:Area><commons:areaName>倉敷市</commons:areaName></pcx_ib:Area>
              </pcx_ib:Areas>
            </pcx_ib:Headline>
          </pcx_ib:Head>
{body}
        </Report>
      </edxlde:embeddedXMLContent>
    </edxlde:xmlContent>
    <commons:publishingOfficeName>総務局防災推進課</commons:publishingOfficeName>
    <commons:publishingOfficeID>332020</commons:publishingOfficeID>
    <commons:publishingOfficeDomainName>bousai.city.kurashiki.okayama.jp</commons:publishingOfficeDomainName>
    <commons:previousDocumentRevision>0</commons:previousDocumentRevision>
    <commons:documentRevision>1</commons:documentRevision>
    <commons:documentID>act-city.kurashiki.okayama.jp-7d1f2c34-0000-4000-8000-00000000000a</commons:documentID>
    <commons:category>{category}</commons:category>
  </commons:contentObject>
</edxlde:EDXLDistribution>
"""

EVACUATION = """
<pcx_ev:EvacuationOrder xmlns:pcx_ev="http://xml.publiccommons.ne.jp/pcxml1/body/evacuation3">
  <pcx_eb:Disaster><pcx_eb:DisasterName>平成30年7月豪雨</pcx_eb:DisasterName></pcx_eb:Disaster>
  <pcx_ev:ComplementaryInfo>小田川の堤防が決壊するおそれがあります。
ただちに高いところへ避難してください。</pcx_ev:ComplementaryInfo>
  <pcx_ev:TotalNumber>
    <pcx_ev:Households pcx_ev:unit="世帯">9,100</pcx_ev:Households>
    <pcx_ev:HeadCount>22797</pcx_ev:HeadCount>
  </pcx_ev:TotalNumber>
  <pcx_ev:Detail>
    <pcx_ev:Sort>避難指示</pcx_ev:Sort>
    <pcx_ev:IssueOrLift>発令</pcx_ev:IssueOrLift>
    <pcx_ev:Object>
      <pcx_ev:Households pcx_ev:unit="世帯">8926</pcx_ev:Households>
      <pcx_ev:HeadCount>22300</pcx_ev:HeadCount>
    </pcx_ev:Object>
    <pcx_ev:Areas>
      <pcx_ev:Area>
        <pcx_eb:Location>
          <commons:areaName>真備町箭田</commons:areaName>
          <commons:areaNameKana>まびちょうやた</commons:areaNameKana>
        </pcx_eb:Location>
        <pcx_ev:DateTime>2018-07-06T23:45:00+09:00</pcx_ev:DateTime>
        <pcx_ev:Object>
          <pcx_ev:Households pcx_ev:unit="世帯">2100</pcx_ev:Households>
          <pcx_ev:HeadCount>5200</pcx_ev:HeadCount>
        </pcx_ev:Object>
      </pcx_ev:Area>
      <pcx_ev:Area>
        <pcx_eb:Location><commons:areaName>真備町川辺</commons:areaName></pcx_eb:Location>
        <pcx_ev:DateTime>2018-07-07T01:30:00+09:00</pcx_ev:DateTime>
      </pcx_ev:Area>
    </pcx_ev:Areas>
  </pcx_ev:Detail>
  <pcx_ev:Detail>
    <pcx_ev:Sort>避難勧告</pcx_ev:Sort>
    <pcx_ev:IssueOrLift>発令</pcx_ev:IssueOrLift>
    <pcx_ev:Areas>
      <pcx_ev:Area>
        <pcx_eb:Location><commons:areaName>全域</commons:areaName></pcx_eb:Location>
        <pcx_ev:DateTime>2018-07-06T22:00:00+09:00</pcx_ev:DateTime>
      </pcx_ev:Area>
    </pcx_ev:Areas>
  </pcx_ev:Detail>
  <pcx_ev:Detail>
    <pcx_ev:Sort>避難準備</pcx_ev:Sort>
    <pcx_ev:IssueOrLift>解除</pcx_ev:IssueOrLift>
    <pcx_ev:Areas>
      <pcx_ev:Area>
        <pcx_eb:Location><commons:areaName>児島地区</commons:areaName></pcx_eb:Location>
        <pcx_ev:DateTime>2018-07-06T20:10:00+09:00</pcx_ev:DateTime>
      </pcx_ev:Area>
    </pcx_ev:Areas>
  </pcx_ev:Detail>
</pcx_ev:EvacuationOrder>"""

SHELTER = """
<pcx_sh:Shelter xmlns:pcx_sh="http://xml.publiccommons.ne.jp/pcxml1/body/shelter3">
  <pcx_eb:Disaster><pcx_eb:DisasterName>平成30年7月豪雨</pcx_eb:DisasterName></pcx_eb:Disaster>
  <pcx_sh:ComplementaryInfo>毛布と飲料水を配っています。</pcx_sh:ComplementaryInfo>
  <pcx_sh:TotalNumber>
    <pcx_sh:HeadCount>340</pcx_sh:HeadCount>
    <pcx_sh:HeadCountVoluntary>25</pcx_sh:HeadCountVoluntary>
    <pcx_sh:Households pcx_sh:unit="世帯">121</pcx_sh:Households>
  </pcx_sh:TotalNumber>
  <pcx_sh:TotalNumberOfShelter>2</pcx_sh:TotalNumberOfShelter>
  <pcx_sh:Informations>
    <pcx_sh:Information>
      <pcx_sh:Location>
        <edxlde:circle>34.6377,133.6891 0</edxlde:circle>
        <commons:areaName>岡田小学校</commons:areaName>
        <commons:areaNameKana>おかだしょうがっこう</commons:areaNameKana>
        <pcx_eb:ContactInfo pcx_eb:contactType="phone">086-698-0004</pcx_eb:ContactInfo>
        <pcx_eb:ContactInfo pcx_eb:contactType="fax">086-698-9004</pcx_eb:ContactInfo>
        <pcx_sh:Address>倉敷市真備町岡田600</pcx_sh:Address>
      </pcx_sh:Location>
      <pcx_sh:Type>避難所</pcx_sh:Type>
      <pcx_sh:Sort>開設</pcx_sh:Sort>
      <pcx_sh:TypeDetail>体育館</pcx_sh:TypeDetail>
      <pcx_sh:DateTime>2018-07-06T11:30:00+09:00</pcx_sh:DateTime>
      <pcx_sh:Capacity>400</pcx_sh:Capacity>
      <pcx_sh:Status>混雑</pcx_sh:Status>
      <pcx_sh:NumberOf>
        <pcx_sh:HeadCount>310</pcx_sh:HeadCount>
        <pcx_sh:HeadCountVoluntary>20</pcx_sh:HeadCountVoluntary>
        <pcx_sh:Households pcx_sh:unit="世帯">108</pcx_sh:Households>
        <pcx_sh:HouseholdsVoluntary pcx_sh:unit="世帯">7</pcx_sh:HouseholdsVoluntary>
      </pcx_sh:NumberOf>
      <pcx_sh:CheckedDateTime>2018-07-06T23:00:00+09:00</pcx_sh:CheckedDateTime>
    </pcx_sh:Information>
    <pcx_sh:Information>
      <pcx_sh:Location><commons:areaName>薗小学校</commons:areaName></pcx_sh:Location>
      <pcx_sh:Type>避難所</pcx_sh:Type>
      <pcx_sh:Sort>開設</pcx_sh:Sort>
      <pcx_sh:Capacity>1,200</pcx_sh:Capacity>
    </pcx_sh:Information>
    <pcx_sh:Information>
      <pcx_sh:Location><commons:areaName>箭田小学校</commons:areaName></pcx_sh:Location>
      <pcx_sh:Type>避難所</pcx_sh:Type>
      <pcx_sh:Sort>閉鎖</pcx_sh:Sort>
      <pcx_sh:DateTime>2018-07-06T22:40:00+09:00</pcx_sh:DateTime>
    </pcx_sh:Information>
  </pcx_sh:Informations>
</pcx_sh:Shelter>"""

HEADQUARTERS = """
<pcx_ah:AntidisasterHeadquarter xmlns:pcx_ah="http://xml.publiccommons.ne.jp/pcxml1/body/AntidisasterHeadquarter3">
  <pcx_eb:Disaster><pcx_eb:DisasterName>平成30年7月豪雨</pcx_eb:DisasterName></pcx_eb:Disaster>
  <pcx_ah:ComplementaryInfo>本部長は市長です。</pcx_ah:ComplementaryInfo>
  <pcx_ah:Type>対策本部</pcx_ah:Type>
  <pcx_ah:Status>設置</pcx_ah:Status>
  <pcx_ah:Name>倉敷市災害対策本部</pcx_ah:Name>
  <pcx_ah:DateTime>2018-07-06T22:20:00+09:00</pcx_ah:DateTime>
</pcx_ah:AntidisasterHeadquarter>"""

DAMAGE = """
<pcx_di:DamageInformation xmlns:pcx_di="http://xml.publiccommons.ne.jp/pcxml1/body/DamageInformation3">
  <pcx_eb:Disaster><pcx_eb:DisasterName>平成30年7月豪雨</pcx_eb:DisasterName></pcx_eb:Disaster>
  <pcx_di:ComplementaryInfo>真備地区の全容は調査中です。</pcx_di:ComplementaryInfo>
  <pcx_di:HumanDamages>
    <pcx_di:HumanDamage pcx_di:humanDamageType="死者" pcx_di:counterUnit="人">52</pcx_di:HumanDamage>
    <pcx_di:HumanDamage pcx_di:humanDamageType="行方不明者数" pcx_di:counterUnit="人">調査中</pcx_di:HumanDamage>
    <pcx_di:HumanDamage pcx_di:humanDamageType="負傷者_重傷" pcx_di:counterUnit="人">0</pcx_di:HumanDamage>
  </pcx_di:HumanDamages>
  <pcx_di:HouseDamages>
    <pcx_di:HouseDamage pcx_di:houseDamageType="全壊" pcx_di:counterUnit="棟">4,646</pcx_di:HouseDamage>
    <pcx_di:HouseDamage pcx_di:houseDamageType="床上浸水" pcx_di:counterUnit="世帯">116</pcx_di:HouseDamage>
  </pcx_di:HouseDamages>
  <pcx_di:OtherDamages>
    <pcx_di:OtherDamage pcx_di:otherDamageType="田_流出埋没" pcx_di:counterUnit="ha">12.5</pcx_di:OtherDamage>
    <pcx_di:OtherDamage pcx_di:otherDamageType="電気" pcx_di:counterUnit="戸">8000</pcx_di:OtherDamage>
  </pcx_di:OtherDamages>
  <pcx_di:Sufferers>
    <pcx_di:Sufferer pcx_di:suffererDamageType="り災世帯数" pcx_di:counterUnit="世帯">5977</pcx_di:Sufferer>
  </pcx_di:Sufferers>
  <pcx_di:Losses>
    <pcx_di:FacilitiesLosses>
      <pcx_di:Loss pcx_di:lossesDamageType="公共土木施設" pcx_di:counterUnit="千円">9800000</pcx_di:Loss>
      <pcx_di:TotalLosses pcx_di:currencyUnit="千円">9800000</pcx_di:TotalLosses>
    </pcx_di:FacilitiesLosses>
    <pcx_di:OtherLosses>
      <pcx_di:Loss pcx_di:lossesDamageType="農業被害" pcx_di:counterUnit="千円">350000</pcx_di:Loss>
    </pcx_di:OtherLosses>
    <pcx_di:TotalLosses pcx_di:currencyUnit="千円">10150000</pcx_di:TotalLosses>
  </pcx_di:Losses>
  <pcx_di:Firefighter>
    <pcx_di:TurnoutFireStation>410</pcx_di:TurnoutFireStation>
    <pcx_di:TurnoutFireCompany>1260</pcx_di:TurnoutFireCompany>
  </pcx_di:Firefighter>
</pcx_di:DamageInformation>"""

GENERAL = """
<pcx_gi:GeneralInformation xmlns:pcx_gi="http://xml.publiccommons.ne.jp/pcxml1/body/GeneralInformation3">
  <pcx_gi:DisasterInformationType>Disaster</pcx_gi:DisasterInformationType>
  <pcx_eb:Disaster><pcx_eb:DisasterName>平成30年7月豪雨</pcx_eb:DisasterName></pcx_eb:Disaster>
  <pcx_gi:Category>ライフライン</pcx_gi:Category>
  <pcx_gi:SubCategory>給水</pcx_gi:SubCategory>
  <pcx_gi:Title>真備地区の給水について</pcx_gi:Title>
  <pcx_gi:Description>&lt;h2&gt;給水所&lt;/h2&gt;&lt;ul&gt;&lt;li&gt;真備支所&lt;/li&gt;&lt;li&gt;岡田小学校\
&lt;/li&gt;&lt;/ul&gt;水位&amp;lt;5mです。&lt;br/&gt;くわしくは\
&lt;a href="https://www.city.kurashiki.okayama.jp/water"&gt;水道局&lt;/a&gt;へ</pcx_gi:Description>
  <pcx_gi:URL>https://www.city.kurashiki.okayama.jp/</pcx_gi:URL>
  <pcx_gi:AttachmentFiles>
    <pcx_gi:File>
      <pcx_gi:URI>https://www.city.kurashiki.okayama.jp/kyusui.pdf</pcx_gi:URI>
      <pcx_gi:MimeType>application/pdf</pcx_gi:MimeType>
      <pcx_gi:MediaType>Pdf</pcx_gi:MediaType>
      <pcx_gi:Caption>給水所の地図</pcx_gi:Caption>
    </pcx_gi:File>
  </pcx_gi:AttachmentFiles>
</pcx_gi:GeneralInformation>"""

EVENT = """
<pcx_en:Event xmlns:pcx_en="http://xml.publiccommons.ne.jp/pcxml1/body/event3">
  <pcx_en:Name>倉敷天領夏祭り</pcx_en:Name>
  <pcx_en:Duration>7月21日 16時から21時</pcx_en:Duration>
  <pcx_en:Fee>無料</pcx_en:Fee>
  <pcx_en:Description>今年は中止します。</pcx_en:Description>
  <pcx_en:URL>https://www.city.kurashiki.okayama.jp/tenryo</pcx_en:URL>
</pcx_en:Event>"""

URGENT_MAIL = """
<pcx_um:UrgentMail xmlns:pcx_um="http://xml.publiccommons.ne.jp/pcxml1/body/UrgentMail3">
  <pcx_um:Information>
    <pcx_um:Title>避難指示（緊急）</pcx_um:Title>
    <pcx_um:Message>真備地区全域に避難指示。小田川の水位が上がり決壊のおそれ。すぐに高いところへ。</pcx_um:Message>
  </pcx_um:Information>
</pcx_um:UrgentMail>"""

ROLES = """
    <edxlde:consumerRole>
      <edxlde:valueListUrn>publicCommons:media:urgentmail:carrier</edxlde:valueListUrn>
      <edxlde:value>UMC1</edxlde:value>
      <edxlde:value>UMC2</edxlde:value>
    </edxlde:consumerRole>"""

HEADLINES = {
    "EvacuationOrder": "真備地区に避難指示を発令しました。",
    "Shelter": "",
    "AntidisasterHeadquarter": "",
    "DamageInformation": "被害の状況（7日23時現在）",
    "GeneralInformation": "",
    "Event": "",
    "UrgentMail": "緊急速報メールを配信します。",
}
BODIES = {
    "EvacuationOrder": EVACUATION,
    "Shelter": SHELTER,
    "AntidisasterHeadquarter": HEADQUARTERS,
    "DamageInformation": DAMAGE,
    "GeneralInformation": GENERAL,
    "Event": EVENT,
    "UrgentMail": URGENT_MAIL,
}
TYPE = "<edxlde:distributionType>Report</edxlde:distributionType>"
STATUS = "<edxlde:distributionStatus>Actual</edxlde:distributionStatus>"
REVISION = "<commons:documentRevision>1</commons:documentRevision>"
PREVIOUS = "<commons:previousDocumentRevision>0</commons:previousDocumentRevision>"
ERRATA = """<Errata>
              <pcx_eb:Description>誤って全域を対象にしました。</pcx_eb:Description>
              <pcx_eb:DateTime>2018-07-06T23:55:00+09:00</pcx_eb:DateTime>
            </Errata>
          </Control>"""


def document(category: str = "EvacuationOrder", *changes: tuple[str, str], body: str | None = None) -> str:
    """Return one document as text, with texts replaced."""
    text = ENVELOPE.format(
        category=category,
        headline=HEADLINES.get(category, ""),
        title="避難勧告・指示情報",
        roles=ROLES if category == "UrgentMail" else "",
        body=BODIES[category] if body is None else body,
    )
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def later(revision: int, kind: str = "Update") -> tuple[tuple[str, str], ...]:
    """Return the changes that make a document the revision of that number."""
    return (
        (TYPE, TYPE.replace("Report", kind)),
        (REVISION, REVISION.replace("1", str(revision))),
        (PREVIOUS, PREVIOUS.replace("0", str(revision - 1))),
        ("-6d5f3c5a0001", f"-6d5f3c5a{revision:04}"),
        ("<edxlde:dateTimeSent>2018-07-06T23:52:10", f"<edxlde:dateTimeSent>2018-07-06T23:{52 + revision}:10"),
    )


def cancelled(revision: int) -> tuple[tuple[str, str], ...]:
    return (*later(revision, "Cancel"), ("</Control>", ERRATA))


def decoded(text: str, encoding: str = "utf-8") -> Alert:
    """Decode one document by its own function."""
    raw = text.encode(encoding)
    (part,) = decode_lalert(read_xml(raw), raw)
    assert isinstance(part, Good)
    assert part.raw == raw
    return part.alert


def refusal(text: str) -> FormatError:
    with pytest.raises(FormatError) as caught:
        decoded(text)
    assert caught.value.sentence.endswith(".")
    return caught.value


def by_the_front_door(raw: bytes) -> Alert:
    """Decode one document as everything that comes in is."""
    (part,) = decode_parts(raw)
    assert isinstance(part, Good)
    return part.alert
