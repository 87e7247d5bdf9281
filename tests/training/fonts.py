"""Fetches the script fonts for training and measuring into var/fonts: run it as a program.

72 families of the Fontsource packages, licensed SIL OFL 1.1 or Apache 2.0, by `npm pack` at fixed
versions; a package whose SHA-256 is another one is refused. Nothing of them goes into the project.
"""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

FONTS = Path(__file__).resolve().parents[2] / "var" / "fonts"
# Family, version, SHA-256 of the package.
PACKAGES = """
alex-brush 5.3.0 f0610b3d9a503360b03b9a332a89ee6476811e3e4a09398979c52d60af0952f7
allura 5.3.0 2ee3e81f8c3777a6ccea66e7548eed2bb2077837d9026da7a9fc2dde8c6aca54
architects-daughter 5.3.0 791d2009fbdc46ca3eb942c27c62c0ee353668cd290dfad17f401b8488c727a1
arizonia 5.3.0 d371b4ab1a8e3441380ea047fc9f611151be010c21d3cec5d7190690f8546a74
bad-script 5.3.0 3b51fb49d57c31345272b0d483be17ec99d67a3e6baf06d462b800fd6d9478cd
bilbo 5.3.0 b0eafd23dbd6ab037cca2aed1c75f6204a657d954ab6e309fb73bd7fb3c34a12
bonbon 4.5.7 f00590f000ffc70f3b010546d5b1d82e7fa6263e2a26d291a0d100532cb48ef2
calligraffitti 5.3.0 1a4d04efce9a6bb55088b5d616b118a80d9801ebd9a87661954d0eccf503f876
caveat 5.3.0 ebf746fc0667b9d10fcac7c8604e2ba40a264da85a1c9b48bd679c0af3221293
cedarville-cursive 5.3.0 dd07000aae10231af25d83ab5ea2c53a22a8c20d8eccc137d6e5798a55edc80e
clicker-script 5.3.0 606584b409f21130e488456889abcf9a29bf0cdf8301340df4ab4fafdc21a698
coming-soon 5.3.0 aac84961066a709d468766331ec2dcbe9c45bbf5260537ca859e411703d20395
cookie 5.3.0 07157445bcb2ecccf2dba865e8efc9c01e9403ad22b1f298dbbe0dba127206f0
courgette 5.3.0 313ba0c485f5e8e09a5783c4b590719bc689a55d205f23a6c58b0437bcce0676
covered-by-your-grace 5.3.0 1bd27256356f90c7bc7b463d36c05565ef4b3d655bc56d0dd7b7387114b1308d
damion 5.3.0 a1b5abcc6d89cdac48b2873befafd6fc7d83182eed3b15bb13e1cf3ab5b5e580
dancing-script 5.3.0 e392efa74afec672f1c97f8699a16bb8439c8aca1a367ddb5cd035f11e70e31a
dawning-of-a-new-day 5.3.0 90b517633db0d0b77ccbd6ba10c9befaaefd3aa0d964957fc7af064ce377037a
euphoria-script 4.5.10 27cfa17112c17dcadcc7c000ea90edaba904807b7305d8846203bd9f895e7c33
give-you-glory 5.3.0 53dc8a5a8571d4ddbf30961e9be717e4a9395e7c4c172bacc76151cae70955aa
gloria-hallelujah 5.3.0 8755cc046e06286eeebee193f9f753bd0f03eec44c7bf188fc883db66e7a9d91
gochi-hand 5.3.0 6e206b6139093775d8762503196d6d991408bd5f8393ea0357f4f89b75b195a3
great-vibes 5.3.0 0bfdc957fa42a6d17288fce79a9299dab14742b77bdbb223c4385739d4035ca9
handlee 5.3.0 e1fbeba16906d4807b42add8ab85dec533c3e667575be00ba96f050b5fc452ce
herr-von-muellerhoff 5.3.0 2fd09baf7bb7740d5fb641bdcb083f7df57338c4e3aa9b557ed2310ed863d891
homemade-apple 5.3.0 0ad668da20f63bd47bb32c86e160a7cae8ef0f2e1844c405bc40e278c86b91d0
indie-flower 5.3.0 be380503f1e2c5ef08b8399a28f8cb2f1725527db2cb6aacec3037c2bd1b9083
italianno 5.3.0 05d55abaf566d7c69590e7059a39f9f2ad3227dab588ef7d933bc3a7ca6fc5e4
just-me-again-down-here 5.3.0 f50dfa4391c0155de091e83454aa53c82e6fd03d79e0ef27d16615186af6f9f8
kalam 5.3.0 0aaf22523f3c57ae19f32c4f4df0d43d6efd01b7563a19cf4ed818cd5601426d
kaushan-script 5.3.0 1d665df77f4bcd3fbf106c9adc1405fc1d0ec492270d5c23b597f00da2f6515d
kristi 5.3.0 17fc68a1e21cdf6e59112e7ea2450e039b1590caeb3714ed53d958b791f2ee64
la-belle-aurore 5.3.0 48be5aefc80ad78aa9b2b1c992dd65678235c2496ae2a88f694e594ab9d7abed
league-script 5.2.8 ff9c6c37b53651a5da2e2ba2bf27deb54e1cb442aa277d740aa2f3457b241f5a
leckerli-one 5.3.0 280bd75d7e47021642c881e9411c8097f11371819ea0e3c5b51592f0bfff1b84
loved-by-the-king 5.3.0 d058a205828a2e29748c87c533dd917fb9b3e4156d6ae564f48cef24f5e9eb69
marck-script 5.3.0 c4e6f14fd3736ec94a872db215192ea7dea04f1315df1385b451c153510575da
meddon 5.3.0 659f0e7a8e6826ee976c5e2d2542a2f3778c4393fe579cdb1756aa8a55c287fb
merienda 5.3.0 dc879a68923ae6bc7e80bc0c0d99f2dfb20147467cf709831561b8d62b85f05c
miss-fajardose 5.3.0 44ca08641d9ea9473a3ad6386a0b6c033f8ee3aafde753badc4bf7a54af6b360
monsieur-la-doulaise 5.3.0 658427fd9e021003c186336f56b69434d1b20e5dcd745d28b3e14928b9ad2eb7
mr-dafoe 5.3.0 13cbcaa706121cb7d9a27ad6584c30c89f953df34d2fccb5bb03f72a89ea4afe
mr-de-haviland 5.3.0 61eecd2e7487d71eeca973d32ba5e6a19e1828ad30497d1e831f41acbfd83027
mrs-saint-delafield 5.3.0 915136a8cf82f9adae276fa4d4ad84b999a9b38e69a6d67c06813c4a06eec106
nanum-pen-script 5.3.0 91c7118b1d68e8ab576addbae76351857cf5c3656b7ee496c51fe16f01258a44
neucha 5.3.0 8f2718549556a0c406a766edc9689801a950dc79a71cbb646fc5e2d67c49cca0
niconne 5.3.0 221e940207d8f78432b9fd9cbfeb6a733c4ebb085732ec51d2a718a3b6864ba5
norican 5.3.0 b242e15c95e98ad877a69ac67e60facf26113cd0baa2de3b58c66e388e119b9f
nothing-you-could-do 5.3.0 dac48ef024df5e754bf8586157d73d0dba139d6353f28b9ec6de77b0dadf0add
over-the-rainbow 5.3.0 5f231cee244b4c3a734da05bf23d4e07fec1062ffa1824358e933f59fc94e313
pacifico 5.3.0 397f4f0a8a4c44e929cafa4cfede7240f7ac81a922f6779d3fefe2192c67d619
parisienne 5.3.0 b047afa53cca7ace68d1a76407a1a72841d940483877b16373be1beb159c0c74
patrick-hand 5.3.0 c3428d02610c7b8fa92b044cf766f8c30b88bb32a47460b4ac42fa14e0bcdcc0
petit-formal-script 5.3.0 c938a31794eb5f8fe65276c0978b485e2c6d51d38c9e5c3ea52afe16c3cb5f92
pinyon-script 5.3.0 7b4064f2c0145016091fee841067f1edd8c06225c575bffde3f4d9232d231dbe
qwigley 5.2.8 969448d16373a05c2a62482f28cdbc26de12e2a7d26c1bc39d496e11168296cb
reenie-beanie 5.3.0 8a2406f9b3c0b76199dcd87288ea40480fcd8547ba1af2f9f3156205f1688be9
rochester 5.3.0 a7e94767f691b3ea86dfdf03efc115f33e09bf1cea65dc42fba97e1f1444f7bd
rock-salt 5.3.0 c298a87c9a667bcd034b4a5c87430394a0d9bdc03ff6182eaacac2abb868db57
rouge-script 5.3.0 c885343e73c1049d087407349e505085df28c84c4191bc56f36e4bf65db40b0a
ruthie 5.3.0 c6ddc351e1df880582e2e8d993ef9d34eae52a469657fde68007291b4211f27f
sacramento 5.3.0 d9214720a61e878d67296a55afec2c372b1e6a9a6a00718e8e343def34911ae3
satisfy 5.3.0 279d9fe5546d3facc33e3730f64493734fd70813af1bb8c979756242789092a5
schoolbell 5.3.0 08901884344f129587928d2260a84e6d8cc7baae54ecdce19ff225694314b704
seaweed-script 5.3.0 d70c6899b6a90c59d35b307571f44af0c9e42a1ab73e56ead5b9c19c177f64f3
shadows-into-light 5.3.0 0885aefd34c65bd79207cffff0771ae0527f227a202bc850f8cf9a12257fc7f1
stalemate 5.3.0 da50d3034004a30750a4ff0d609ae257f88bd2d74eb878ba47dae85279a7ab8f
sue-ellen-francisco 5.3.0 93c9f047a1709b2879db10b52058ffba7c1642f0acbec422eb358433c937ee00
tangerine 5.3.0 116bc68b9d818fa70274a240a775a4f92b031759109a293f60dff8c4ca00e66a
waiting-for-the-sunrise 5.3.0 6f9c645d858526553e72f0b56abb32742d5d4c10d6acdb392e5d3fa843ef7141
yellowtail 5.3.0 11069ff57ef56c675878da73fa19b044286e94dae0001329fcced91d30f0508e
zeyada 5.3.0 bf6eb4164a796a1b91405188b95455aa7e1fad447f37195e9f767efee21e336a
"""


def fetched(family: str, version: str, sha256: str) -> Path:
    """The Latin font of one family, fetched unless it is there. Raises on any other package."""
    name = f"{family}-latin-400-normal.woff"
    font = FONTS / family / name
    if font.exists():
        return font
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", f"@fontsource/{family}@{version}"],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        package = next(Path(folder).glob("*.tgz"))
        if hashlib.sha256(package.read_bytes()).hexdigest() != sha256:
            raise ValueError(f"{family} {version} is not the package that was pinned")
        with tarfile.open(package) as held:
            piece = held.extractfile(f"package/files/{name}")
            if piece is None:
                raise ValueError(f"{family} {version} has no {name}")
            font.parent.mkdir(parents=True, exist_ok=True)
            font.write_bytes(piece.read())
    return font


def main() -> int:
    """Fetches all."""
    for line in PACKAGES.split("\n"):
        if line:
            family, version, sha256 = line.split()
            print(fetched(family, version, sha256).relative_to(FONTS))
    return 0


if __name__ == "__main__":
    sys.exit(main())
