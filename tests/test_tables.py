"""Tables and the links in them."""

import backprop_lib as bp
from backprop_lib.tables import Link


def test_link_is_text_in_text_and_leads_in_html():
    table = bp.Table({"row": [Link("first", "a.ipynb#b", name="here")], "value": [0.5]})
    assert repr(table) == "row    value\nfirst  0.5"
    assert '<th scope="row"><a id="here" href="a.ipynb#b">first</a></th>' in table._repr_html_()
    assert "<td>0.5</td>" in table._repr_html_()


def test_what_a_link_says_is_escaped():
    html = bp.Table({"row": [Link("<b>", 'a"b')]})._repr_html_()
    assert '<a href="a&quot;b">&lt;b&gt;</a>' in html
    assert "<b>" not in html
